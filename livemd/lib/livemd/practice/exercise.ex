defmodule Livemd.Practice.Exercise do
  @moduledoc false
  # An exercise with what stands around it in its section.

  alias Livemd.Notebook
  alias Livemd.{Cell, Details, Exercises, Needs}

  @enforce_keys [:name, :title, :prose, :stub, :cells, :hint, :solution]
  defstruct @enforce_keys

  @typedoc """
  `prose` is what stands before the stub, since the section or the last exercise began; `cells` are
  those behind the stub, up to the check, which is the last.
  """
  @type t :: %__MODULE__{
          name: String.t(),
          title: String.t(),
          prose: [Notebook.block()],
          stub: Cell.t(),
          cells: [Cell.t()],
          hint: Details.t() | nil,
          solution: Details.t() | nil
        }

  @doc "All exercises that can be checked, in the order of the file."
  @spec all(Notebook.t()) :: [t()]
  def all(notebook) do
    for %{check: %Cell{}} = exercise <- Exercises.all(notebook), do: new(exercise, notebook)
  end

  @spec check(t()) :: Cell.t()
  def check(exercise), do: List.last(exercise.cells)

  @doc "Why it cannot be done here, or nil."
  @spec lacks(t()) :: String.t() | nil
  def lacks(exercise),
    do: Enum.find_value([exercise.stub | exercise.cells], &Needs.missing(&1.code))

  defp new(%{stub: stub, check: check} = exercise, notebook) do
    section = Enum.find(notebook.sections, &(stub in &1.blocks))
    {before, [_stub | behind]} = Enum.split_while(section.blocks, &(&1 != stub))
    between = Enum.take_while(behind, &(&1 != check))
    {cells, prose} = Enum.split_with(between, &is_struct(&1, Cell))

    %__MODULE__{
      name: exercise.name,
      title: section.name,
      prose: own(before) ++ prose,
      stub: stub,
      cells: cells ++ [check],
      hint: exercise.hint,
      solution: exercise.solution
    }
  end

  # An exercise ends with its folded blocks; what follows them is the next one's.
  defp own(blocks) do
    blocks |> Enum.reverse() |> Enum.take_while(&(not is_struct(&1, Details))) |> Enum.reverse()
  end
end
