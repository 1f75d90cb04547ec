defmodule Livemd.Reader do
  @moduledoc """
  Reads a notebook in the terminal: section by section, each cell evaluated where it stands and
  its result printed below it.

  Where it pauses, after each section, one line of input says how to go on: nothing, and the next
  section follows; `h` shows the hints of this section, `s` its solutions, `q` ends, as the end of
  the input does.
  """

  alias Livemd.Notebook
  alias Livemd.{Cell, Details, Failure, Report, Runner, Terminal}
  alias Livemd.Terminal.{Lines, Result, Summary}

  @doc """
  Reads the notebook to its end, or until the reader has enough.

  Options:

    * `:terminal` - a `Livemd.Terminal`, or nil for a pipe;
    * `:pause` - whether to wait after each section (false); where it does not, hints are shown and
      solutions left out;
    * `:input`, `:output` - devices (`:stdio`);
    * `:runner` - options of `Livemd.Runner.start/2`.
  """
  @spec read(Notebook.t(), keyword()) :: Report.t()
  def read(notebook, options \\ []) do
    state = state(notebook, options)
    title(state)

    last = length(notebook.sections) - 1

    notebook.sections
    |> Enum.with_index()
    |> Enum.reduce_while(state, fn {section, index}, state ->
      state = section(section, state)
      {if(pause(section, index == last, state) == :quit, do: :halt, else: :cont), state}
    end)
    |> finish()
  end

  defp state(notebook, options) do
    %{
      notebook: notebook,
      runner: Runner.start(notebook, Keyword.get(options, :runner, [])),
      terminal: options[:terminal] || Terminal.new(),
      pause: Keyword.get(options, :pause, false),
      input: Keyword.get(options, :input, :stdio),
      output: Keyword.get(options, :output, :stdio)
    }
  end

  defp title(%{notebook: notebook} = state) do
    print(Terminal.heading(notebook.title, "═", state.terminal) ++ [""], state)

    if notebook.setup do
      note = Lines.style("[setup cell: not needed here]", [:faint], state.terminal.colour)
      print([note, ""], state)
    end
  end

  defp section(section, state) do
    print(Terminal.heading(section.name, "─", state.terminal) ++ [""], state)
    Enum.reduce(section.blocks, state, &block/2)
  end

  # The code is on the screen before the cell runs: a slow one shows what is slow.
  defp block(%Cell{} = cell, state) do
    print(Terminal.lines(cell, state.terminal), state)
    {result, runner} = Runner.eval_cell(state.runner, cell)

    case Result.lines(result, state.notebook, state.terminal) do
      [] -> print([""], state)
      lines -> print([""] ++ Enum.map(lines, &["    ", &1]) ++ [""], state)
    end

    %{state | runner: runner}
  end

  defp block(%Details{} = details, state) do
    # Where nobody is asked, no key unfolds a hint, and a solution would spoil the exercise.
    cond do
      state.pause ->
        print(
          Terminal.lines(%{details | summary: folded(details)}, state.terminal) ++ [""],
          state
        )

      not solution?(details) ->
        print(Terminal.lines(details, %{state.terminal | unfolded: true}) ++ [""], state)

      true ->
        :ok
    end

    state
  end

  defp block(block, state) do
    print(Terminal.lines(block, state.terminal) ++ [""], state)
    state
  end

  # A folded block names the key that unfolds it.
  defp folded(details), do: "#{details.summary} (#{key(details)})"

  defp key(details), do: if(solution?(details), do: "s", else: "h")

  defp solution?(details),
    do: details.summary |> String.downcase() |> String.starts_with?("solution")

  defp pause(_section, _last?, %{pause: false}), do: :next

  defp pause(section, last?, state) do
    folded = for %Details{} = details <- section.blocks, do: details
    # Behind the last section there is nothing to wait for, unless something is still folded.
    if last? and folded == [], do: :next, else: ask(Enum.group_by(folded, &key/1), last?, state)
  end

  defp ask(folded, last?, state) do
    IO.write(state.output, Lines.style(choices(folded, last?), [:faint], state.terminal.colour))

    case IO.gets(state.input, "") do
      line when is_binary(line) ->
        line |> String.trim() |> String.downcase() |> answer(folded, last?, state)

      # The end of the input leaves the cursor behind the choices.
      _eof_or_error ->
        blank(state, :quit)
    end
  end

  defp answer("", _folded, _last?, state), do: blank(state, :next)
  defp answer("q", _folded, _last?, state), do: blank(state, :quit)

  defp answer(key, folded, last?, state) do
    with {:ok, details} <- Map.fetch(folded, key) do
      lines = Terminal.stack(details, %{state.terminal | unfolded: true})
      print(["" | lines] ++ [""], state)
    end

    ask(folded, last?, state)
  end

  defp choices(folded, last?) do
    [
      if(last?, do: "Enter: finish", else: "Enter: next section"),
      if(folded["h"], do: "h: hint"),
      if(folded["s"], do: "s: solution"),
      "q: quit"
    ]
    |> Enum.reject(&is_nil/1)
    |> Enum.join(" · ")
    |> Kernel.<>(" > ")
  end

  defp finish(state) do
    report = Runner.stop(state.runner)
    print(unseen(report, state) ++ Summary.lines([report], state.terminal), state)
    report
  end

  # A failed cell has said so in its place; what is wrong with the whole has none, nor has a
  # check that passes too early.
  defp unseen(report, state) do
    for failure <- report.failures, not seen?(failure, report) do
      [Failure.format(failure, report.notebook, colours: state.terminal.colour), "\n"]
    end
  end

  # The report puts a sentence of its own before the failure of a check.
  defp seen?(failure, report) do
    Enum.any?(report.cells, fn
      %{status: {:failed, %{plain: plain}}} -> String.ends_with?(failure.plain, plain)
      _cell -> false
    end)
  end

  defp blank(state, decision) do
    print([""], state)
    decision
  end

  defp print(lines, state), do: IO.write(state.output, Enum.map(lines, &[&1, "\n"]))
end
