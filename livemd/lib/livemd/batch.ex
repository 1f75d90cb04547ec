defmodule Livemd.Batch do
  @moduledoc """
  Runs notebooks one after the other, and prints a line per section and a summary.

  On a terminal, it also shows which section is running.
  """

  alias Livemd.{Journal, Notebook, Report, Runner, Terminal}
  alias Livemd.Terminal.Report, as: Print

  @doc """
  Runs the notebooks, each with its name, and returns their reports in order.

  Options:

    * `:terminal` - a `Livemd.Terminal`, or `nil` for a pipe;
    * `:output` - a device (`:stdio`);
    * `:warnings` - whether the compiler's warnings are printed (`false`);
    * `:runner` - options of `Livemd.Runner.start/2`.
  """
  @spec run([{String.t(), Notebook.t()}], keyword()) :: [Report.t()]
  def run(notebooks, options) do
    Journal.plan(Enum.map(notebooks, &elem(&1, 1)))
    terminal = Terminal.open(options)
    total = length(notebooks)

    reports =
      for {{name, notebook}, index} <- Enum.with_index(notebooks, 1) do
        title = Terminal.style("#{name}: #{notebook.title}", [:bright], terminal)
        Terminal.print([title], terminal)
        report = run_one(notebook, "[#{index}/#{total}] #{name}: ", terminal, options)
        failures = Print.failures(report.failures, notebook, terminal)
        Terminal.print(failures ++ [""], terminal)
        report
      end

    Terminal.print(Print.summary(reports, terminal), terminal)
    reports
  end

  defp run_one(notebook, progress, terminal, options) do
    runner = Runner.start(notebook, Keyword.get(options, :runner, []))

    notebook.sections
    |> Enum.with_index()
    |> Enum.reduce(runner, fn {section, index}, runner ->
      Terminal.progress(progress <> section.name, terminal)
      {results, runner} = Runner.eval_section(runner, index)
      warnings = if options[:warnings], do: Enum.flat_map(results, &Print.warnings(&1, terminal))
      lines = Terminal.indent(warnings || [], "    ")
      Terminal.print([Print.section(section, results, terminal) | lines], terminal)
      runner
    end)
    |> Runner.stop()
  end
end
