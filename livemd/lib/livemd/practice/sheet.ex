defmodule Livemd.Practice.Sheet do
  @moduledoc false
  # The file in which a reader works on an exercise.

  alias Livemd.{Cell, Terminal}
  alias Livemd.Practice.Exercise

  # Columns of a comment, behind its `# `.
  @width 76

  @spec path(Exercise.t(), Path.t()) :: Path.t()
  def path(exercise, folder), do: Path.join(folder, exercise.name <> ".exs")

  @doc "Writes the file as shipped. One that is there already is the reader's, and stays."
  @spec write(Exercise.t(), Path.t(), keyword()) :: :ok | {:error, String.t()}
  def write(exercise, path, options) do
    with {:error, reason} <- create(path, text(exercise, options)) do
      {:error, "#{path} cannot be written: #{:file.format_error(reason)}"}
    end
  end

  defp create(path, text) do
    case File.mkdir_p(Path.dirname(path)) do
      :ok -> create_file(path, text)
      {:error, :eexist} -> {:error, :enotdir}
      {:error, reason} -> {:error, reason}
    end
  end

  defp create_file(path, text) do
    with {:error, :eexist} <- File.write(path, text, [:exclusive]), do: :ok
  end

  @doc "What the file holds, and when it was written: a save without a change is one, too."
  @spec read(Path.t()) :: {:ok, {String.t(), integer()}} | {:error, File.posix() | :no_text}
  def read(path) do
    with {:ok, code} <- File.read(path),
         {:ok, stat} <- File.stat(path, time: :posix) do
      if String.valid?(code), do: {:ok, {code, stat.mtime}}, else: {:error, :no_text}
    end
  end

  @doc "The cell that takes the stub's place."
  @spec cell(Exercise.t(), Path.t(), String.t()) :: Cell.t()
  def cell(exercise, path, code), do: %{exercise.stub | code: code, line: 1, path: path}

  defp text(exercise, options) do
    terminal = Terminal.new(width: @width)
    prose = Enum.reject(exercise.prose, &is_struct(&1, Cell))

    comments =
      ["#{exercise.title} (#{exercise.name})", ""] ++
        Terminal.stack(prose, terminal) ++
        ["" | how(options[:command])] ++ reading(options[:reading])

    [Enum.map(comments, &comment/1), "\n", stub(exercise), "\n"]
  end

  defp how(nil), do: ["Each save of this file is checked."]
  defp how(command), do: ["While `#{command}` runs, each save of this file is checked."]

  defp reading(nil), do: []
  defp reading(command), do: ["What it builds upon: `#{command}`."]

  defp comment(line) do
    case IO.iodata_to_binary(line) do
      "" -> "#\n"
      line -> ["# ", line, "\n"]
    end
  end

  # Its first line marks it in the notebook; here the header names it.
  defp stub(exercise), do: String.replace(exercise.stub.code, ~r/\A# exercise:.*\n/, "")
end
