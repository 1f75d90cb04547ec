defmodule Livemd.Practice.Saves do
  @moduledoc false
  # Tells a save from what is seen of a file while an editor writes it. An editor may truncate and
  # write, or move the old file away before the new one comes: only what stays counts.

  defstruct taken: nil, seen: nil, times: 0

  @type t :: %__MODULE__{taken: term(), seen: term(), times: non_neg_integer()}

  # How often in a row a content has to be seen, and that there is none.
  @content 2
  @nothing 6

  @doc "Begins with what is known already."
  @spec new(term()) :: t()
  def new(taken \\ nil), do: %__MODULE__{taken: taken}

  @doc "Notes what is seen now; `:saved` once when something new stays."
  @spec see(t(), {:ok, term()} | {:error, term()}) :: {:saved | :quiet, t()}
  def see(%{taken: seen} = saves, seen), do: {:quiet, %{saves | seen: seen, times: 0}}

  def see(saves, seen) do
    times = if saves.seen == seen, do: saves.times + 1, else: 1

    if times >= needed(seen),
      do: {:saved, new(seen)},
      else: {:quiet, %{saves | seen: seen, times: times}}
  end

  defp needed({:ok, _content}), do: @content
  defp needed({:error, _reason}), do: @nothing
end
