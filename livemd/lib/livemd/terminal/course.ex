defmodule Livemd.Terminal.Course do
  @moduledoc """
  Runs notebooks one after the other and prints a line a section: what it has proven.

  On a terminal one more line, which the next one overwrites, names the section at work.
  """

  alias Livemd.Notebook
  alias Livemd.{CellResult, Failure, Report, Runner, Section, Terminal}
  alias Livemd.Terminal.{Lines, Summary}

  @erase "\r\e[2K"

  @doc """
  Runs the notebooks, each with its name, and returns their reports in order.

  Options: `:terminal` (nil: a pipe), `:output` (a device) and `:runner` (options of the runner).
  """
  @spec run([{String.t(), Notebook.t()}], keyword()) :: [Report.t()]
  def run(notebooks, options) do
    state = %{
      device: Keyword.get(options, :output, :stdio),
      terminal: options[:terminal] || Terminal.new(),
      live: options[:terminal] != nil,
      runner: Keyword.get(options, :runner, [])
    }

    reports =
      for {{name, notebook}, index} <- Enum.with_index(notebooks, 1) do
        notebook(name, notebook, "[#{index}/#{length(notebooks)}]", state)
      end

    print(Summary.lines(reports, state.terminal), state)
    reports
  end

  defp notebook(name, notebook, place, state) do
    heading = Lines.style([name, ": ", notebook.title], [:bright], state.terminal.colour)
    print([heading], state)

    runner = Runner.start(notebook, state.runner)

    report =
      notebook.sections
      |> Enum.with_index()
      |> Enum.reduce(runner, fn {section, index}, runner ->
        progress("#{place} #{name}: #{section.name}", state)
        {results, runner} = Runner.eval_section(runner, index)
        print([section(section, results, state)], state)
        runner
      end)
      |> Runner.stop()

    failures(report, state)
    print([""], state)
    report
  end

  @spec section(Section.t(), [CellResult.t()], map()) :: IO.chardata()
  defp section(section, results, %{terminal: terminal}) do
    proven = Summary.section(results)
    # Names are short; one that is not pushes only its own line out.
    name = if proven == "", do: section.name, else: pad(section.name, div(terminal.width, 2))
    ["  ", Summary.mark(results, terminal), " ", name, proven]
  end

  defp pad(name, width), do: name <> String.duplicate(" ", max(width - Lines.width(name), 2))

  defp failures(report, state) do
    for failure <- report.failures do
      text = Failure.format(failure, report.notebook, colours: state.terminal.colour)
      lines = text |> String.trim_trailing() |> String.split("\n")
      print(["" | Enum.map(lines, &["    ", &1])], state)
    end
  end

  defp progress(_text, %{live: false}), do: :ok

  defp progress(text, state) do
    IO.write(state.device, String.slice(text, 0, state.terminal.width - 1))
  end

  # The line of progress, if there is one, is where the first line now goes.
  defp print(lines, state) do
    erase = if state.live, do: @erase, else: ""
    IO.write(state.device, [erase | Enum.map(lines, &[&1, "\n"])])
  end
end
