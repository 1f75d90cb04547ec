defmodule Livemd.Exercise do
  @moduledoc """
  An exercise of a notebook: a stub cell, a check cell, and a hint and a solution in `<details>`, in
  this order in one section.

    * `name` - such as `structs-1`;
    * `title` - the `###` heading before it, or else the name of its section;
    * `prose` - the blocks before the stub, since the section or the previous exercise began, without
      that heading, and the prose between stub and check;
    * `stub`, `check` - the cell that the reader changes, and the cell that tests it, or `nil`;
    * `between` - the other cells between the two;
    * `hint`, `solution` - `Livemd.Details`, or `nil`.
  """

  alias Livemd.{Cell, Details, Fence, Notebook, Prose, Section}

  @enforce_keys [:name, :title, :prose, :stub]
  defstruct [:name, :title, :prose, :stub, :check, :hint, :solution, between: []]

  @type t :: %__MODULE__{}

  @doc "Returns all exercises in the order of the file, complete or not: see `Livemd.Linter`."
  @spec all(Notebook.t()) :: [t()]
  def all(%Notebook{sections: sections}), do: Enum.flat_map(sections, &split(&1.blocks, [], &1))

  @doc "Returns the cells that follow the stub: those before the check, then the check."
  @spec rest(t()) :: [Cell.t()]
  def rest(%__MODULE__{check: %Cell{} = check} = exercise), do: exercise.between ++ [check]

  @doc "Returns the solution's one `elixir` fence, or `nil`."
  @spec solution_fence(t()) :: Fence.t() | nil
  def solution_fence(%__MODULE__{solution: nil}), do: nil

  def solution_fence(%__MODULE__{solution: %Details{blocks: blocks}}) do
    case for(%Fence{info: "elixir"} = fence <- blocks, do: fence) do
      [fence] -> fence
      _none_or_several -> nil
    end
  end

  @doc "Returns the stub with the solution's code and line, or `nil` without a solution. It must compile."
  @spec solved(t()) :: Cell.t() | nil
  def solved(exercise) do
    if fence = solution_fence(exercise),
      do: %{exercise.stub | code: fence.code, line: fence.line + 1, expected_error: nil}
  end

  # `before` contains the blocks since the last exercise, in reverse order.
  defp split([], _before, _section), do: []

  defp split([%Cell{kind: {:exercise, name}} = stub | rest], before, %Section{} = section) do
    {own, others} = Enum.split_while(rest, &(not match?(%Cell{kind: {:exercise, _}}, &1)))
    {between, from_check} = Enum.split_while(own, &(not match?(%Cell{kind: {:check, ^name}}, &1)))
    {cells, prose} = Enum.split_with(between, &is_struct(&1, Cell))

    heading = Enum.find(before, &match?(%Prose{kind: :heading}, &1))

    exercise = %__MODULE__{
      name: name,
      title: title(heading, section),
      prose:
        Enum.reverse(List.delete(before, heading)) ++ if(from_check == [], do: [], else: prose),
      stub: stub,
      check: List.first(from_check),
      between: cells,
      hint: details(from_check, "Hint"),
      solution: details(from_check, "Solution")
    }

    [exercise | split(others, after_details(own), section)]
  end

  defp split([%Details{} | rest], _before, section), do: split(rest, [], section)
  defp split([block | rest], before, section), do: split(rest, [block | before], section)

  defp title(nil, section), do: section.name
  defp title(heading, _section), do: String.replace(heading.text, ~r/\A#+ /, "")

  # The blocks after an exercise's details introduce the next exercise.
  defp after_details(blocks) do
    blocks |> Enum.reverse() |> Enum.take_while(&(not is_struct(&1, Details)))
  end

  defp details(blocks, summary), do: Enum.find(blocks, &match?(%Details{summary: ^summary}, &1))
end
