defmodule Livemd.Practice.Overview do
  @moduledoc """
  Lines that show how much of a course has passed: bars, and lists of its exercises.
  """

  alias Livemd.{Exercise, Notebook, Terminal}

  # Columns of a bar, at most and at least, and of the numbers after it.
  @bar 5..24
  @numbers 14

  @doc "Returns a line per `{label, passed, all}`: the label, a bar, and the numbers."
  @spec bars([{String.t(), non_neg_integer(), pos_integer()}], Terminal.t()) :: Terminal.lines()
  def bars(rows, terminal) do
    wide = rows |> Enum.map(fn {label, _, _} -> String.length(label) end) |> Enum.max()
    columns = (terminal.width - wide - @numbers) |> max(@bar.first) |> min(@bar.last)

    for {label, passed, all} <- rows do
      # The first pass is seen, however many there are.
      full = max(div(passed * columns, all), min(passed, 1))
      bar = [style("█", full, :green, terminal), style("░", columns - full, :faint, terminal)]
      [String.pad_trailing(label, wide), " ", bar, " #{passed} of #{all}"]
    end
  end

  defp style(char, times, style, terminal),
    do: char |> String.duplicate(times) |> Terminal.style([style], terminal)

  @doc """
  Returns the lesson's exercises, a line each: whether it has passed, its name, and its title. The one
  named `current` is marked with `>`.
  """
  @spec exercises(Notebook.t(), [String.t()] | MapSet.t(), String.t() | nil, Terminal.t()) ::
          Terminal.lines()
  def exercises(notebook, passed, current, terminal) do
    exercises = Exercise.all(notebook)
    wide = exercises |> Enum.map(&String.length(&1.name)) |> Enum.max(fn -> 0 end)

    for %{name: name, title: title} <- exercises do
      {dot, colour} = if name in passed, do: {"●", :green}, else: {"○", :faint}
      mark = if name == current, do: "> ", else: "  "
      title = String.replace(title, ~r/^Exercise: /, "")
      room = max(terminal.width - wide - 6, 10)

      title =
        if String.length(title) > room, do: String.slice(title, 0, room - 1) <> "…", else: title

      [
        mark,
        Terminal.style(dot, [colour], terminal),
        " ",
        String.pad_trailing(name, wide),
        "  ",
        title
      ]
    end
  end
end
