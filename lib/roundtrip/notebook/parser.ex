defmodule Roundtrip.Notebook.Parser do
  @moduledoc false
  alias Roundtrip.Notebook
  alias Roundtrip.Notebook.Problem

  @doc "Reads the file at `path`."
  @spec read(Path.t()) :: {:ok, Notebook.t()} | {:error, [Problem.t()]}
  def read(path) do
    case File.read(path) do
      {:ok, text} -> parse(text, path)
      {:error, reason} -> {:error, [%Problem{path: path, line: 1, message: to_string(:file.format_error(reason))}]}
    end
  end

  @doc "Parses text; all its problems are reported, not only the first."
  @spec parse(String.t(), Path.t()) :: {:ok, Notebook.t()} | {:error, [Problem.t()]}
  def parse(_text, path), do: {:error, [%Problem{path: path, line: 1, message: "skeleton: not written yet"}]}
end
