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
  Returns a line for each exercise of a lesson: whether it has passed, its name, and its title.

  Options: `:passed` and `:skipped`, names of exercises (`[]`), and `:current`, the name of the one to
  mark with `>` (`nil`).
  """
  @spec exercises(Notebook.t(), Terminal.t(), keyword()) :: Terminal.lines()
  def exercises(notebook, terminal, options) do
    exercises = Exercise.all(notebook)
    wide = exercises |> Enum.map(&String.length(&1.name)) |> Enum.max(fn -> 0 end)

    for %{name: name, title: title} <- exercises do
      mark = if name == options[:current], do: "> ", else: "  "
      title = title |> String.replace(~r/^Exercise: /, "") |> shorten(terminal.width - wide - 6)
      [mark, state(name, terminal, options), " ", String.pad_trailing(name, wide), "  ", title]
    end
  end

  defp state(name, terminal, options) do
    {sign, style} =
      cond do
        name in Keyword.get(options, :passed, []) -> {"●", :green}
        name in Keyword.get(options, :skipped, []) -> {"-", :yellow}
        true -> {"○", :faint}
      end

    Terminal.style(sign, [style], terminal)
  end

  # On a narrow terminal the start of the title is still worth a second line.
  defp shorten(title, room) do
    room = max(room, 10)
    if String.length(title) > room, do: String.slice(title, 0, room - 1) <> "…", else: title
  end
end
