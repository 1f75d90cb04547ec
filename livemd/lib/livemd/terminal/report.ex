defmodule Livemd.Terminal.Report do
  @moduledoc """
  Turns the results of cells, sections and whole runs into lines for a terminal.
  """

  alias Livemd.{CellResult, Failure, Notebook, Report, Section, Terminal}
  alias Livemd.Terminal.Markdown

  import Terminal, only: [count: 2, hang: 2, indent: 2, split: 1, style: 3]

  # Width of a summary's labels, in columns.
  @label 9

  @doc "Returns the lines below a cell: its output, its value, and its verdict."
  @spec cell(CellResult.t(), Notebook.t(), Terminal.t()) :: Terminal.lines()
  def cell(result, notebook, terminal) do
    printed(result, terminal) ++ verdict(result, notebook, terminal)
  end

  @doc "Returns the compiler's warnings and the cell's output."
  @spec printed(CellResult.t(), Terminal.t()) :: Terminal.lines()
  def printed(%{output: output} = result, terminal) do
    bar = style("│ ", [:faint], terminal)

    warnings(result, terminal) ++
      if(output == "", do: [], else: output |> split() |> Enum.map(&[bar, &1]))
  end

  @doc "Returns the compiler's warnings."
  @spec warnings(CellResult.t(), Terminal.t()) :: Terminal.lines()
  def warnings(%{warnings: warnings}, terminal) do
    for warning <- warnings, line <- split(warning), do: style(line, [:yellow], terminal)
  end

  @doc "Returns the line of a section: `✓ Name    2 assertions, waiting: structs-1, 3 ms`."
  @spec section(Section.t(), [CellResult.t()], Terminal.t()) :: IO.chardata()
  def section(section, [], terminal),
    do: ["  ", style("·", [:faint], terminal), " ", section.name]

  def section(section, results, terminal) do
    verdicts = Enum.map(results, & &1.verdict)
    room = max(div(terminal.width, 2), Terminal.width(section.name) + 2)
    facts = section_facts(results, verdicts)
    ["  ", mark(verdicts, terminal), " ", String.pad_trailing(section.name, room), facts]
  end

  defp mark(verdicts, terminal) do
    {sign, colour} =
      cond do
        :failed in verdicts -> {"✗", :red}
        :waiting in verdicts -> {"…", :yellow}
        :held in verdicts -> {"✓", :green}
        true -> {"-", :yellow}
      end

    style(sign, [colour], terminal)
  end

  defp section_facts(results, verdicts) do
    named = for %{verdict: :waiting, cell: %{kind: {:check, name}}} <- results, do: name
    numbers = Enum.frequencies(verdicts)

    [
      amount(sum(results, & &1.assertions), "assertion", ""),
      if(named != [], do: "waiting: #{Enum.join(named, ", ")}"),
      amount(numbers[:skipped], "cell", " skipped"),
      if(numbers[:failed], do: "failed"),
      amount(numbers[:aborted], "cell", " not run"),
      results |> sum(& &1.time) |> time()
    ]
    |> Enum.reject(&is_nil/1)
    |> Enum.join(", ")
  end

  defp amount(number, _noun, _tail) when number in [nil, 0], do: nil
  defp amount(number, noun, tail), do: count(number, noun) <> tail

  @doc "Returns the lines of all failures, with an empty line before each."
  @spec failures([Failure.t()], Notebook.t(), Terminal.t()) :: Terminal.lines()
  def failures(failures, notebook, terminal) do
    Enum.flat_map(failures, &["" | &1 |> format(notebook, terminal) |> split() |> indent("    ")])
  end

  @doc "Returns the lines that sum up the runs of one or more notebooks."
  @spec summary([Report.t()], Terminal.t()) :: Terminal.lines()
  def summary(reports, terminal) do
    for {label, text, colour} <- summary_facts(reports), text != nil do
      text = Markdown.lines(text, %{terminal | width: terminal.width - @label})

      label
      |> String.pad_trailing(@label)
      |> style([:bright, colour], terminal)
      |> hang(Enum.join(text, "\n"))
    end
    |> Enum.concat()
  end

  defp summary_facts(reports) do
    all = fn key -> Enum.flat_map(reports, &Map.fetch!(&1, key)) end
    aborted = for %{status: :aborted} = cell <- all.(:cells), do: cell
    reasons = for {_cell, reason} <- all.(:skipped), do: reason
    cells = reports |> sum(& &1.assertion_cells) |> count("assertion cell")
    assertions = reports |> sum(& &1.assertions) |> count("assertion")

    [
      {"Held", "#{cells}, #{assertions}", :green},
      {"Solved", list(all.(:passed), "exercise", &Enum.join(&1, ", ")), :green},
      {"Waiting", list(all.(:waiting), "exercise", &Enum.join(&1, ", ")), :yellow},
      {"Skipped", list(reasons, "cell", &frequencies/1), :yellow},
      {"Not run", list(aborted, "cell", fn _ -> "an earlier cell failed" end), :yellow},
      {"Failed", list(all.(:failures), "failure", fn _ -> "see above" end), :red},
      {"Time", reports |> sum(& &1.time) |> time(), :default_color}
    ]
  end

  defp list([], _noun, _describe), do: nil
  defp list(items, noun, describe), do: "#{count(length(items), noun)}: #{describe.(items)}"

  defp frequencies(reasons) do
    reasons
    |> Enum.frequencies()
    |> Enum.sort()
    |> Enum.map_join(", ", fn
      {reason, 1} -> reason
      {reason, times} -> "#{reason} (#{times})"
    end)
  end

  defp verdict(%{verdict: :held} = result, _notebook, terminal),
    do: value(result, terminal) ++ held(result, terminal)

  defp verdict(%{verdict: :waiting, status: {:failed, failure}} = result, _notebook, terminal) do
    {kind, exercise} = result.cell.kind
    why = if kind == :check, do: "is waiting for your solution", else: "doesn't compile yet"
    heading = style("… #{exercise} #{why}", [:yellow], terminal)
    [heading | failure.plain |> split() |> indent("  ")]
  end

  defp verdict(%{verdict: :skipped, status: {:skipped, reason}}, _notebook, terminal),
    do: [style("- skipped: #{reason}", [:yellow], terminal)]

  defp verdict(%{verdict: :aborted}, _notebook, terminal),
    do: [style("- not run: an earlier cell failed", [:yellow], terminal)]

  defp verdict(%{verdict: :failed, failure: failure}, notebook, terminal),
    do: "✗ " |> style([:red], terminal) |> hang(format(failure, notebook, terminal))

  # The values of assertions and functions are not useful to a reader.
  defp value(%{value: nil}, _terminal), do: []
  defp value(%{assertions: held, value: "true"}, _terminal) when held > 0, do: []
  defp value(%{value: "#Function<" <> _}, _terminal), do: []
  defp value(%{value: value}, terminal), do: "=> " |> style([:faint], terminal) |> hang(value)

  defp held(%{assertions: 0}, _terminal), do: []

  defp held(%{assertions: n}, terminal),
    do: [style("✓ #{count(n, "assertion")} held", [:green], terminal)]

  defp format(failure, notebook, terminal),
    do: Failure.format(failure, notebook, colours: terminal.colour)

  defp sum(items, fun), do: items |> Enum.map(fun) |> Enum.sum()

  defp time(microseconds) when microseconds < 1000, do: "<1 ms"
  defp time(microseconds) when microseconds < 1_000_000, do: "#{div(microseconds, 1000)} ms"
  defp time(microseconds), do: "#{Float.round(microseconds / 1_000_000, 1)} s"
end
