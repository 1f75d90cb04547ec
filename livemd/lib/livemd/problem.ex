defmodule Livemd.Problem do
  @moduledoc """
  Something wrong in a notebook's text, with its place.

      iex> to_string(%Livemd.Problem{path: "a.livemd", line: 3, message: "no title"})
      "a.livemd:3: no title"
  """

  @enforce_keys [:path, :line, :message]
  defstruct [:path, :line, :message]

  @type t :: %__MODULE__{path: Path.t(), line: pos_integer(), message: String.t()}

  @doc "Puts problems into the order of the file, each once."
  @spec sort([t()]) :: [t()]
  def sort(problems), do: problems |> Enum.uniq() |> Enum.sort_by(&{&1.path, &1.line})

  defimpl String.Chars do
    def to_string(problem), do: "#{problem.path}:#{problem.line}: #{problem.message}"
  end
end
