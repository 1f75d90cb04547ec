defmodule Livemd.Reader do
  @moduledoc """
  Shows a notebook in the terminal, section by section: prose, code, and the result below each cell.

  It can pause after each section and wait for a line of input: an empty line continues, `h` shows the
  section's hints, `s` its solutions, and `q` or the end of the input quits.
  """

  alias Livemd.{Cell, Details, Journal, Notebook, Report, Runner, Terminal}
  alias Livemd.Terminal.Block
  alias Livemd.Terminal.Report, as: Print

  @doc """
  Shows and evaluates the notebook until its end, or until the reader quits.

  Options:

    * `:terminal` - a `Livemd.Terminal`, or `nil` for a pipe;
    * `:pause` - whether to wait after each section (`false`); without pauses, hints are shown and
      solutions are not;
    * `:input`, `:output` - devices (`:stdio`);
    * `:runner` - options of `Livemd.Runner.start/2`.
  """
  @spec read(Notebook.t(), keyword()) :: Report.t()
  def read(notebook, options \\ []) do
    Journal.plan([notebook])

    state = %{
      notebook: notebook,
      runner: Runner.start(notebook, Keyword.get(options, :runner, [])),
      # The reader prints no progress, so there is no line to overwrite.
      terminal: %{Terminal.open(options) | live: false},
      pause: Keyword.get(options, :pause, false),
      input: Keyword.get(options, :input, :stdio)
    }

    title(state)
    last = List.last(notebook.sections)

    notebook.sections
    |> Enum.reduce_while(state, fn section, state ->
      state = section(section, state)
      {if(pause(section, section == last, state) == :quit, do: :halt, else: :cont), state}
    end)
    |> finish()
  end

  defp title(%{notebook: notebook, terminal: terminal} = state) do
    print(Block.heading(notebook.title, "═", terminal) ++ [""], state)

    if notebook.setup do
      note = Terminal.style("[setup cell: not needed here]", [:faint], terminal)
      print([note, ""], state)
    end
  end

  defp section(section, state) do
    print(Block.heading(section.name, "─", state.terminal) ++ [""], state)
    Enum.reduce(section.blocks, state, &block/2)
  end

  # The code is printed before it runs, so that the reader sees which cell takes long.
  defp block(%Cell{} = cell, state) do
    print(Block.lines(cell, state.terminal), state)
    {result, runner} = Runner.eval_cell(state.runner, cell)

    case Print.cell(result, state.notebook, state.terminal) do
      [] -> print([""], state)
      lines -> print([""] ++ Terminal.indent(lines, "    ") ++ [""], state)
    end

    %{state | runner: runner}
  end

  defp block(%Details{} = details, state) do
    cond do
      state.pause ->
        folded = %{details | summary: "#{details.summary} (#{key(details)})"}
        print(Block.lines(folded, state.terminal) ++ [""], state)

      key(details) == "h" ->
        print(Block.lines(details, %{state.terminal | unfolded: true}) ++ [""], state)

      # Showing the solution would spoil the exercise.
      true ->
        :ok
    end

    state
  end

  defp block(block, state) do
    print(Block.lines(block, state.terminal) ++ [""], state)
    state
  end

  # Returns the key that unfolds the details.
  defp key(%Details{summary: summary}) do
    if summary |> String.downcase() |> String.starts_with?("solution"), do: "s", else: "h"
  end

  defp pause(_section, _last?, %{pause: false}), do: :next

  defp pause(section, last?, state) do
    folded = for %Details{} = details <- section.blocks, do: details
    # After the last section a pause only makes sense if there are details to unfold.
    if last? and folded == [], do: :next, else: ask(Enum.group_by(folded, &key/1), last?, state)
  end

  defp ask(folded, last?, state) do
    choices = Terminal.style(choices(folded, last?), [:faint], state.terminal)
    IO.write(state.terminal.device, choices)

    case IO.gets(state.input, "") do
      line when is_binary(line) ->
        line |> String.trim() |> String.downcase() |> answer(folded, last?, state)

      # Nobody pressed Enter, so the cursor is still at the end of the choices.
      _eof_or_error ->
        IO.write(state.terminal.device, "\n")
        :quit
    end
  end

  defp answer("", _folded, _last?, state), do: blank(:next, state)
  defp answer("q", _folded, _last?, state), do: blank(:quit, state)

  defp answer(key, folded, last?, state) do
    with {:ok, details} <- Map.fetch(folded, key) do
      lines = Block.stack(details, %{state.terminal | unfolded: true})
      print(["" | lines] ++ [""], state)
    end

    ask(folded, last?, state)
  end

  defp blank(decision, state) do
    print([""], state)
    decision
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

  defp finish(%{terminal: terminal} = state) do
    report = Runner.stop(state.runner)
    # The cells' failures have been printed already, each below its cell.
    elsewhere = report.failures -- for %{failure: failure} <- report.cells, do: failure
    failures = Print.failures(elsewhere, report.notebook, terminal)
    print(failures ++ Print.summary([report], terminal), state)
    report
  end

  defp print(lines, state), do: Terminal.print(lines, state.terminal)
end
