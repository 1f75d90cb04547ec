defmodule Livemd.Practice.ExerciseFile do
  @moduledoc false
  # The file in which a reader works on an exercise.

  alias Livemd.{Cell, Terminal}
  alias Livemd.Terminal.Block

  # Columns of a comment, after its `# `.
  @width 76

  def path(exercise, folder), do: Path.join(folder, exercise.name <> ".exs")

  @doc "See `Livemd.Practice.set_aside/1`."
  def set_aside(path) do
    free =
      Stream.iterate(1, &(&1 + 1))
      |> Stream.map(&if(&1 == 1, do: "#{path}.old", else: "#{path}.old#{&1}"))
      |> Enum.find(&(not File.exists?(&1)))

    case File.rename(path, free) do
      :ok -> {:ok, free}
      {:error, :enoent} -> {:ok, nil}
      {:error, reason} -> {:error, "#{path} cannot be renamed: #{:file.format_error(reason)}"}
    end
  end

  @doc "Writes the file with the stub, unless it exists: then it may hold the reader's work."
  def write(exercise, path, options) do
    with :ok <- make_folder(Path.dirname(path)),
         :ok <- File.write(path, text(exercise, options), [:exclusive]) do
      :ok
    else
      {:error, :eexist} -> :ok
      {:error, reason} -> {:error, "#{path} cannot be written: #{:file.format_error(reason)}"}
    end
  end

  # Here `:eexist` means that a file has the folder's name.
  defp make_folder(folder) do
    with {:error, :eexist} <- File.mkdir_p(folder), do: {:error, :enotdir}
  end

  @doc "Returns code and modification time, since a save without changes counts, too."
  def read(path) do
    with {:ok, code} <- File.read(path),
         {:ok, stat} <- File.stat(path, time: :posix) do
      if String.valid?(code), do: {:ok, {code, stat.mtime}}, else: {:error, :not_utf8}
    end
  end

  @doc "Returns the cell that replaces the stub."
  def cell(exercise, path, code), do: %{exercise.stub | code: code, line: 1, path: path}

  defp text(exercise, options) do
    prose = Enum.reject(exercise.prose, &is_struct(&1, Cell))

    comments =
      ["#{exercise.title} (#{exercise.name})", ""] ++
        Block.stack(prose, Terminal.new(width: @width)) ++
        ["" | how_to(options[:command], options[:reading])]

    [Enum.map(comments, &comment/1), "\n", stub(exercise), "\n"]
  end

  defp how_to(command, reading) do
    [
      if(command,
        do: "While `#{command}` runs, each save of this file is checked.",
        else: "Each save of this file is checked."
      )
    ] ++ if(reading, do: ["`#{reading}` shows the lesson."], else: [])
  end

  defp comment(line),
    do: ["# ", line] |> IO.chardata_to_string() |> String.trim() |> Kernel.<>("\n")

  # Without the line that marks the stub in the notebook: the header names the exercise.
  defp stub(exercise), do: String.replace(exercise.stub.code, ~r/\A# exercise:.*\n/, "")
end

defmodule Livemd.Practice.SaveDetector do
  @moduledoc false
  # Detects when a file has been saved. An editor may truncate the file before it writes it, or move it
  # away before the new one exists, so only content that stays the same counts as a save.

  defstruct taken: nil, seen: nil, times: 0

  # How many times in a row the same content, or a missing file, has to be read.
  @content 2
  @missing 6

  @doc "Returns a detector that knows this content already."
  def new(taken \\ nil), do: %__MODULE__{taken: taken}

  @doc "Records the current content. Returns `:saved` once new content has stayed the same."
  def see(%{taken: seen} = detector, seen), do: {:quiet, %{detector | seen: seen, times: 0}}

  def see(detector, seen) do
    times = if detector.seen == seen, do: detector.times + 1, else: 1

    if times >= needed(seen),
      do: {:saved, new(seen)},
      else: {:quiet, %{detector | seen: seen, times: times}}
  end

  defp needed({:ok, _content}), do: @content
  defp needed({:error, _reason}), do: @missing
end
