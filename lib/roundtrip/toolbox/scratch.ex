defmodule Roundtrip.Toolbox.Scratch do
  @moduledoc """
  A folder of files for a tool to work on, gone when the work is done.
  """

  @typedoc "What a file holds, by its path in the folder."
  @type files :: %{Path.t() => String.t()}

  @doc """
  Writes the files into a new folder, calls `fun` with the folder, and gives its answer together
  with what the same files hold afterwards.

      iex> Roundtrip.Toolbox.Scratch.with_files(%{"a.txt" => "before"}, fn folder ->
      ...>   File.write!(Path.join(folder, "a.txt"), "after")
      ...> end)
      {:ok, %{"a.txt" => "after"}}
  """
  @spec with_files(files(), (Path.t() -> answer)) :: {answer, files()} when answer: term()
  def with_files(files, fun) do
    folder = Path.join(System.tmp_dir!(), "roundtrip-scratch-#{unique()}")

    try do
      for {path, text} <- files, do: write(Path.join(folder, path), text)
      answer = fun.(folder)
      {answer, Map.new(files, fn {path, _} -> {path, File.read!(Path.join(folder, path))} end)}
    after
      File.rm_rf!(folder)
    end
  end

  defp write(path, text) do
    File.mkdir_p!(Path.dirname(path))
    File.write!(path, text)
  end

  # Two VMs may ask at the same time.
  defp unique, do: "#{System.pid()}-#{System.unique_integer([:positive])}"
end
