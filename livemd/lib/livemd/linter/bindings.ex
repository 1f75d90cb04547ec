defmodule Livemd.Linter.Bindings do
  @moduledoc false
  # What a cell binds that may fail or be skipped is there on some days only.

  alias Livemd.Notebook
  alias Livemd.{Cell, Needs, Variables}

  @spec lint(Notebook.t()) :: [{pos_integer(), String.t()}]
  def lint(%Notebook{sections: sections}) do
    sections
    |> Enum.with_index()
    |> Enum.reduce({%{}, %{}, []}, &section/2)
    |> elem(2)
  end

  # A branch begins with what its parent ended with, and the main flow never sees what it binds.
  defp section({section, index}, {main, ends, problems}) do
    start = if section.parent, do: Map.fetch!(ends, section.parent), else: main
    cells = for %Cell{} = cell <- section.blocks, do: cell
    {doubtful, problems} = Enum.reduce(cells, {start, problems}, &cell/2)
    main = if section.parent, do: main, else: doubtful
    {main, Map.put(ends, index, doubtful), problems}
  end

  # `doubtful` tells which cell bound a name last, if that may not have happened.
  defp cell(cell, {doubtful, problems}) do
    {free, bound} = Variables.of(cell.code)
    own = source(cell)

    read =
      for name <- free,
          source = doubtful[name],
          source != own,
          do: {cell.line, message(name, source)}

    doubtful =
      if own,
        do: Map.merge(doubtful, Map.new(bound, &{&1, own})),
        else: Map.drop(doubtful, MapSet.to_list(bound))

    {doubtful, problems ++ read}
  end

  defp source(%Cell{kind: {:check, name}}), do: {:check, name}

  defp source(cell) do
    case Needs.named(cell.code) do
      [package | _] -> {:package, package}
      [] -> nil
    end
  end

  defp message(name, {:check, check}) do
    "reads `#{name}`, which the check of #{check} binds: bind it in a cell that always runs"
  end

  defp message(name, {:package, package}) do
    "reads `#{name}`, which a cell binds that is skipped without #{inspect(package)}"
  end
end
