defmodule Roundtrip.Toolbox.TempDir do
  @moduledoc """
  Runs a function in a temporary folder of given files.

      iex> Roundtrip.Toolbox.TempDir.with_files(%{"a.txt" => "before"}, fn folder ->
      ...>   File.write!(Path.join(folder, "a.txt"), "after")
      ...> end)
      {:ok, %{"a.txt" => "after"}}
  """

  @typedoc "The contents of files by their path in the folder."
  @type files :: %{Path.t() => String.t()}

  @doc """
  Writes the files into a new folder, calls `fun` with the folder's path, and deletes the folder,
  even if `fun` raises.

  Returns the result of `fun`, and the contents of the same files after it.
  """
  @spec with_files(files(), (Path.t() -> result)) :: {result, files()} when result: term()
  def with_files(files, fun) do
    folder = Path.join(System.tmp_dir!(), "roundtrip-temp-#{unique()}")

    try do
      for {path, text} <- files, do: write(Path.join(folder, path), text)
      result = fun.(folder)
      {result, Map.new(files, fn {path, _} -> {path, File.read!(Path.join(folder, path))} end)}
    after
      File.rm_rf!(folder)
    end
  end

  defp write(path, text) do
    File.mkdir_p!(Path.dirname(path))
    File.write!(path, text)
  end

  # Two VMs may use the same folder for temporary files, so the name has the VM's pid as well.
  defp unique, do: "#{System.pid()}-#{System.unique_integer([:positive])}"
end
