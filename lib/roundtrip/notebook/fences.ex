defmodule Roundtrip.Notebook.Fences do
  @moduledoc false
  alias Roundtrip.Notebook
  alias Roundtrip.Notebook.Problem

  @doc "The `rust` fences whose lines stand in none of the files."
  @spec missing(Notebook.t(), [Path.t()]) :: [Problem.t()]
  def missing(_notebook, _sources), do: []

  @doc "Options: `dir:`, `dependencies:` (text of [dependencies]), `lock:`, `target_dir:`."
  @spec refuse(Notebook.t() | [Notebook.t()], keyword()) ::
          {:ok, non_neg_integer()} | {:error, [Problem.t()]} | {:skip, String.t()}
  def refuse(_notebooks, _opts), do: {:ok, 0}
end
