defmodule Livemd.Linter.Cells do
  @moduledoc false

  alias Livemd.Notebook
  alias Livemd.{Assertions, Cell, Needs}

  @spec lint(Notebook.t(), keyword()) :: [{pos_integer(), String.t()}]
  def lint(notebook, opts) do
    cells = Notebook.cells(notebook)

    Enum.flat_map(cells, &syntax/1) ++
      Enum.flat_map(cells, &optional/1) ++
      if(opts[:assertions], do: Enum.flat_map(notebook.sections, &section/1), else: [])
  end

  defp syntax(cell) do
    case Code.string_to_quoted(cell.code, line: cell.line) do
      {:ok, _} -> []
      {:error, {where, message, token}} -> [{line(where, cell), text(message, token)}]
    end
  end

  defp line(where, cell), do: if(is_list(where), do: where[:line], else: where) || cell.line

  defp text({before, behind}, token), do: "#{before}#{token}#{behind}"
  defp text(message, token), do: "#{message}#{token}"

  defp optional(cell) do
    # A cell of a toolchain is all about what that makes; where would it assert?
    case Needs.named(cell.code) -- Needs.toolchains() do
      [package | _] ->
        if Assertions.count(cell.code) > 0 do
          message = "a cell that names #{inspect(package)} may be skipped: assert in another cell"
          [{cell.line, message}]
        else
          []
        end

      [] ->
        []
    end
  end

  defp section(section) do
    cells = for %Cell{} = cell <- section.blocks, do: cell

    if cells == [] or Enum.any?(cells, &(Assertions.count(&1.code) > 0)) do
      []
    else
      [{section.line, "the section #{inspect(section.name)} has cells and asserts nothing"}]
    end
  end
end
