defmodule Livemd.Terminal.Summary do
  @moduledoc "Says in a few lines what running notebooks has proven."

  alias Livemd.{CellResult, Report, Terminal}
  alias Livemd.Terminal.{Lines, Result}

  # Columns before what a line of the summary says.
  @label 9

  @doc "What one section has proven: `2 assertions, waiting: structs-1, 3 ms`."
  @spec section([CellResult.t()]) :: String.t()
  def section([]), do: ""

  def section(results) do
    waiting = results |> Enum.map(&Result.waiting/1) |> Enum.reject(&is_nil/1)
    held = results |> Enum.map(& &1.assertions) |> Enum.sum()
    skipped = Enum.count(results, &match?({:skipped, _reason}, &1.status))
    aborted = Enum.count(results, &(&1.status == :aborted))

    [
      if(held > 0, do: Terminal.count(held, "assertion")),
      if(waiting != [], do: "waiting: #{Enum.join(waiting, ", ")}"),
      if(skipped > 0, do: "#{Terminal.count(skipped, "cell")} skipped"),
      if(failed?(results), do: "failed"),
      if(aborted > 0, do: "#{Terminal.count(aborted, "cell")} not run"),
      results |> Enum.map(& &1.time) |> Enum.sum() |> time()
    ]
    |> Enum.reject(&is_nil/1)
    |> Enum.join(", ")
  end

  @doc "The sign before a section's line: nothing to run, failed, waits, ran, or did not run."
  @spec mark([CellResult.t()], Terminal.t()) :: IO.chardata()
  def mark(results, terminal) do
    {sign, colour} =
      cond do
        results == [] -> {"·", :faint}
        failed?(results) -> {"✗", :red}
        Enum.any?(results, &Result.waiting/1) -> {"…", :yellow}
        Enum.any?(results, &(&1.status == :ok)) -> {"✓", :green}
        true -> {"-", :yellow}
      end

    Lines.style(sign, [colour], terminal.colour)
  end

  @doc "The lines that end a run, however many notebooks it had."
  @spec lines([Report.t()], Terminal.t()) :: [IO.chardata()]
  def lines(reports, terminal) do
    Enum.flat_map(facts(reports), &fact(&1, terminal))
  end

  defp fact({label, text, colour}, terminal) do
    label =
      label |> String.pad_trailing(@label) |> Lines.style([:bright, colour], terminal.colour)

    [first | rest] = Lines.wrap([{text, []}], terminal.width - @label)
    indent = String.duplicate(" ", @label)

    [[label, Lines.paint(first, false)] | Enum.map(rest, &[indent, Lines.paint(&1, false)])]
  end

  defp facts(reports) do
    waiting = Enum.flat_map(reports, & &1.waiting)
    passed = Enum.flat_map(reports, & &1.passed)
    skipped = for report <- reports, {_cell, reason} <- report.skipped, do: reason
    aborted = for report <- reports, %{status: :aborted} <- report.cells, do: :aborted
    failures = Enum.flat_map(reports, & &1.failures)
    cells = sum(reports, & &1.assertion_cells)
    held = sum(reports, & &1.assertions)

    [
      {"Held", "#{Terminal.count(cells, "assertion cell")}, #{Terminal.count(held, "assertion")}",
       :green},
      {"Solved", list(passed, "exercise", &Enum.join(&1, ", ")), :green},
      {"Waiting", list(waiting, "exercise", &Enum.join(&1, ", ")), :yellow},
      {"Skipped", list(skipped, "cell", &reasons/1), :yellow},
      {"Not run", list(aborted, "cell", fn _cells -> "an earlier cell failed" end), :yellow},
      {"Failed", list(failures, "failure", fn _failures -> "see above" end), :red},
      {"Time", reports |> sum(& &1.time) |> time(), :default_color}
    ]
    |> Enum.reject(fn {_label, text, _colour} -> text == nil end)
  end

  defp list([], _noun, _describe), do: nil

  defp list(items, noun, describe),
    do: "#{Terminal.count(length(items), noun)}: #{describe.(items)}"

  defp reasons(reasons) do
    reasons
    |> Enum.frequencies()
    |> Enum.sort()
    |> Enum.map_join(", ", fn
      {reason, 1} -> reason
      {reason, times} -> "#{reason} (#{times})"
    end)
  end

  defp failed?(results) do
    Enum.any?(results, &(match?({:failed, _failure}, &1.status) and Result.waiting(&1) == nil))
  end

  defp sum(reports, fun), do: reports |> Enum.map(fun) |> Enum.sum()

  defp time(microseconds) when microseconds < 1000, do: "<1 ms"
  defp time(microseconds) when microseconds < 1_000_000, do: "#{div(microseconds, 1000)} ms"
  defp time(microseconds), do: "#{Float.round(microseconds / 1_000_000, 1)} s"
end
