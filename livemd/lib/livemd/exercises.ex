defmodule Livemd.Exercises do
  @moduledoc """
  An exercise is a stub cell, a check cell, and below it, in the same section, a hint and a solution
  in `<details>`.
  """

  alias Livemd.Notebook
  alias Livemd.{Cell, Details, Fence}

  @enforce_keys [:name, :stub]
  defstruct [:name, :stub, :check, :hint, :solution]

  @type t :: %__MODULE__{
          name: String.t(),
          stub: Cell.t(),
          check: Cell.t() | nil,
          hint: Details.t() | nil,
          solution: Details.t() | nil
        }

  @doc "All exercises, in the order of the file. What is not there, or not in its place, is `nil`."
  @spec all(Notebook.t()) :: [t()]
  def all(%Notebook{sections: sections}), do: Enum.flat_map(sections, &in_blocks(&1.blocks))

  @doc "The code of a solution: its one `elixir` fence, or `nil`."
  @spec solution_fence(t()) :: Fence.t() | nil
  def solution_fence(%__MODULE__{solution: nil}), do: nil

  def solution_fence(%__MODULE__{solution: solution}) do
    case for(%Fence{info: "elixir"} = fence <- solution.blocks, do: fence) do
      [fence] -> fence
      _ -> nil
    end
  end

  @doc "The stub with the solution's code in its place and the solution's line; `nil` without one."
  @spec solved(t()) :: Cell.t() | nil
  def solved(exercise) do
    if fence = solution_fence(exercise) do
      %{exercise.stub | code: fence.code, line: fence.line + 1}
    end
  end

  defp in_blocks([]), do: []

  defp in_blocks([%Cell{kind: {:exercise, name}} = stub | rest]) do
    {own, others} = Enum.split_while(rest, &(not match?(%Cell{kind: {:exercise, _}}, &1)))
    {check, after_check} = check(own, name)

    exercise = %__MODULE__{
      name: name,
      stub: stub,
      check: check,
      hint: details(after_check, "Hint"),
      solution: details(after_check, "Solution")
    }

    [exercise | in_blocks(others)]
  end

  defp in_blocks([_ | rest]), do: in_blocks(rest)

  defp check(blocks, name) do
    case Enum.drop_while(blocks, &(not match?(%Cell{kind: {:check, ^name}}, &1))) do
      [check | rest] -> {check, rest}
      [] -> {nil, []}
    end
  end

  defp details(blocks, summary) do
    Enum.find(blocks, &match?(%Details{summary: ^summary}, &1))
  end
end
