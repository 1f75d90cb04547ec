defmodule Roundtrip.Notebook.Needs do
  @moduledoc false
  # Packages that a cell needs and that may not be there: it is skipped without them.

  @packages [Kino, VegaLite]

  @doc "The packages that the code names."
  @spec named(String.t()) :: [module()]
  def named(code) do
    case Code.string_to_quoted(code) do
      {:ok, quoted} -> Enum.filter(@packages, &names?(quoted, &1))
      {:error, _} -> []
    end
  end

  @doc "Why the code cannot run here, or nil."
  @spec reason(String.t()) :: String.t() | nil
  def reason(code) do
    if package = missing(code), do: "#{inspect(package)} is not installed"
  end

  @doc "The first package that the code names and that is not installed."
  @spec missing(String.t()) :: module() | nil
  def missing(code), do: Enum.find(named(code), &(not Code.ensure_loaded?(&1)))

  defp names?(quoted, package) do
    [first] = package |> Module.split() |> Enum.map(&String.to_atom/1)

    {_, found?} =
      Macro.prewalk(quoted, false, fn
        {:__aliases__, _, [^first | _]} = node, _ -> {node, true}
        node, found? -> {node, found?}
      end)

    found?
  end
end
