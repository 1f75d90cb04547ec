defmodule Roundtrip.Notebook.Linter do
  @moduledoc false
  alias Roundtrip.Notebook
  alias Roundtrip.Notebook.Problem

  @doc """
  Options: `:deps` (the dependency tuples of mix.exs), `:app`, `:version` (what the setup must
  install), `:assertions` (`true`: a section with cells needs an assertion).
  """
  @spec lint(Notebook.t(), keyword()) :: [Problem.t()]
  def lint(_notebook, _opts \\ []), do: []
end
