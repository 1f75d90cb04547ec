defmodule Roundtrip.Notebook.Runner do
  @moduledoc """
  Evaluates a notebook by Livebook's rules.

    * The main flow is one process: `self()` and the mailbox last from cell to cell. Each branching
      section is another, which begins with what its parent section ended with.
    * Each cell is parsed alone; bindings, imports, aliases and requires carry over. `__ENV__.file`
      is `path#cell:N`, and lines are those of the file.
    * A cell that fails adds nothing, and the rest of its flow is `:aborted`, unless the cell is
      marked `continue_on_error`. A branch takes nobody with it.
    * A module that is loaded already cannot be defined again.
    * What a cell bound stays referenced until the notebook ends.
    * The setup is never evaluated.

  Unlike Livebook: a cell has a time limit, branches run in the order of the file and not beside
  the main flow, and when the notebook ends everything that it defined or started is gone. A cell
  that names Kino or VegaLite is skipped where that is not installed, and one that names
  `Roundtrip.Rust` where that finds no toolchain; so is a cell that names a module which a skipped
  cell would have defined. What a cell writes to standard error is not captured: the whole VM shares
  it.

  `run/2` does it at once. To go step by step, call `start/2`, then `eval_section/2` for each
  section in order (or `eval_cell/2` for each cell in order), then `stop/1`. All calls come from one
  process; when it dies, so does the notebook.
  """

  alias Roundtrip.Notebook

  alias Roundtrip.Notebook.{
    Cell,
    CellResult,
    Evaluator,
    Exercises,
    Explain,
    Failure,
    Flow,
    Log,
    Needs,
    Output,
    Report,
    Watch
  }

  @enforce_keys [:notebook, :opts, :output, :watch]
  defstruct [:notebook, :opts, :output, :watch, flows: %{}, absent: %{}, results: []]

  @typedoc "A notebook that is being run by the process that called `start/2`."
  @opaque t :: %__MODULE__{}

  @typedoc """
    * `:solved` - `false`, as shipped (the default); `true` puts each exercise's solution in the place
      of its stub, with the solution's lines; `:perhaps`, whatever a learner has made of it;
    * `:timeout` - milliseconds a cell may take (60_000);
    * `:on_cell` - called with each `Roundtrip.Notebook.CellResult`;
    * `:on_section` - called with a section's 0-based index, the section and its results;
    * `:watch` - a function that returns a map of counters. It is called before and after the
      notebook; what differs, and still differs a little later, is a failure.
  """
  @type option ::
          {:solved, Report.solved()}
          | {:timeout, timeout()}
          | {:on_cell, (CellResult.t() -> term())}
          | {:on_section, (non_neg_integer(), Notebook.Section.t(), [CellResult.t()] -> term())}
          | {:watch, fun()}

  @defaults [solved: false, timeout: 60_000, on_cell: nil, on_section: nil, watch: nil]

  @doc "Evaluates all sections in order."
  @spec run(Notebook.t(), [option()]) :: Report.t()
  def run(%Notebook{} = notebook, opts \\ []) do
    indices = Enum.with_index(notebook.sections, fn _, index -> index end)

    indices
    |> Enum.reduce(start(notebook, opts), fn index, runner ->
      runner |> eval_section(index) |> elem(1)
    end)
    |> stop()
  end

  @doc "Prepares the processes; nothing is evaluated yet."
  @spec start(Notebook.t(), [option()]) :: t()
  def start(%Notebook{} = notebook, opts \\ []) do
    opts = @defaults |> Keyword.merge(Keyword.validate!(opts, @defaults)) |> Map.new()
    load_ex_unit()
    Needs.prepare(Notebook.cells(notebook))
    Log.capture()
    watch = Watch.start(opts.watch)
    %__MODULE__{notebook: notebook, opts: opts, output: Output.start(self()), watch: watch}
  end

  @doc "Evaluates the cells of the section with that 0-based index."
  @spec eval_section(t(), non_neg_integer()) :: {[CellResult.t()], t()}
  def eval_section(%__MODULE__{} = runner, index) do
    section = Enum.fetch!(runner.notebook.sections, index)
    cells = for %Cell{} = cell <- section.blocks, do: cell
    {results, runner} = Enum.map_reduce(cells, runner, &eval_cell(&2, &1))
    if fun = runner.opts.on_section, do: fun.(index, section, results)
    {results, runner}
  end

  @doc "Evaluates one cell of the notebook, given as it stands there."
  @spec eval_cell(t(), Cell.t()) :: {CellResult.t(), t()}
  def eval_cell(%__MODULE__{} = runner, %Cell{} = cell) do
    {section, key} = place(runner.notebook, cell)
    {result, runner} = step(runner, solve(runner, cell), section, key)
    if fun = runner.opts.on_cell, do: fun.(result)
    {result, %{runner | results: [result | runner.results]}}
  end

  @doc """
  Ends the notebook and takes away all it defined or started. Cells that were not evaluated are not
  in the report.
  """
  @spec stop(t()) :: Report.t()
  def stop(%__MODULE__{} = runner) do
    died = died(runner)
    Output.stop(runner.output)
    for {_, flow} <- runner.flows, do: Process.demonitor(flow.evaluator.monitor, [:flush])
    leaks = Watch.stop(runner.watch, runner.notebook)
    Report.new(runner.notebook, Enum.reverse(runner.results), runner.opts.solved, died ++ leaks)
  end

  # Livebook's runtime has it loaded; `assert_receive` reads its settings. Mix may take it off the
  # code path of an application that does not depend on it.
  defp load_ex_unit do
    with {:error, {reason, _}} when reason != :already_loaded <- Application.load(:ex_unit) do
      :elixir |> :code.lib_dir() |> Path.join("../ex_unit/ebin") |> Path.expand() |> add_path()
      Application.load(:ex_unit)
    end
  end

  defp add_path(path), do: path |> String.to_charlist() |> :code.add_pathz()

  defp place(notebook, cell) do
    key = Enum.find_index(Notebook.cells(notebook), &(&1 == cell))
    section = Enum.find_index(notebook.sections, &(cell in &1.blocks))
    if key == nil, do: raise(ArgumentError, "the cell is not one of this notebook")
    {section, key}
  end

  defp solve(%{opts: %{solved: true}} = runner, %Cell{kind: {:exercise, _}} = cell) do
    exercise = Enum.find(Exercises.all(runner.notebook), &(&1.stub == cell))
    Exercises.solved(exercise) || cell
  end

  defp solve(_runner, cell), do: cell

  defp step(runner, cell, section, key) do
    result = %CellResult{cell: cell, section: section, status: :aborted}

    with nil <- Needs.missing(cell.code, runner.absent),
         {:ok, runner, flow} <- flow(runner, section) do
      eval(runner, flow, result, key)
    else
      :aborted -> {result, runner}
      reason -> {%{result | status: {:skipped, reason}}, without(runner, cell, reason)}
    end
  end

  # What a skipped cell would have defined is not there for the cells behind it.
  defp without(runner, cell, reason) do
    absent = Map.new(Needs.defined(cell.code), &{&1, reason})
    %{runner | absent: Map.merge(runner.absent, absent)}
  end

  # The flow of a section, made when its first cell runs.
  defp flow(runner, section) do
    parent = Enum.at(runner.notebook.sections, section).parent
    id = if parent, do: section, else: :main

    case {runner.flows[id], parent} do
      {%Flow{failed: nil} = flow, _} -> {:ok, runner, flow}
      {%Flow{}, _} -> :aborted
      {nil, nil} -> started(runner, Flow.new(id, Evaluator.start(runner.output)))
      {nil, parent} -> branch(runner, id, parent)
    end
  end

  defp branch(runner, id, parent) do
    case Flow.source(runner.flows[:main], parent) do
      :aborted -> :aborted
      source -> started(runner, Flow.new(id, Evaluator.start(runner.output, source)))
    end
  end

  defp started(runner, flow), do: {:ok, put_in(runner.flows[flow.id], flow), flow}

  defp eval(runner, flow, result, key) do
    answer =
      Evaluator.eval(flow.evaluator, cell(runner, flow, result.cell, key), runner.opts.timeout)

    {output, modules} = Output.take(runner.output)
    result = result(%{result | output: output}, answer, runner)

    if match?({:failed, _}, result.status), do: Output.delete(modules)
    flow = Flow.after_cell(flow, result, key, match?({:ok, _}, answer))
    {result, put_in(runner.flows[flow.id], flow)}
  end

  defp cell(runner, flow, cell, key) do
    %{
      code: cell.code,
      line: cell.line,
      length: length(String.split(cell.code, "\n")),
      path: runner.notebook.path,
      file: "#{Path.expand(runner.notebook.path)}#cell:#{key}",
      key: key,
      after: flow.last
    }
  end

  defp result(result, {:ok, %{result: {:ok, value}} = outcome}, _runner) do
    %{
      result
      | status: :ok,
        value: value,
        warnings: outcome.warnings,
        time: outcome.time,
        assertions: Notebook.Assertions.count(result.cell.code)
    }
  end

  defp result(result, {:ok, outcome}, _runner) do
    %{result | status: outcome.result, warnings: outcome.warnings, time: outcome.time}
  end

  defp result(result, :timeout, runner) do
    text = "took longer than #{runner.opts.timeout / 1000} s"
    failed(%{result | time: runner.opts.timeout * 1000}, :timeout, text)
  end

  defp result(result, {:down, reason}, runner) do
    failed(result, :exit, died_text(reason, runner))
  end

  defp failed(result, kind, text) do
    failure = %Failure{kind: kind, line: result.cell.line, plain: text}
    %{result | status: {:failed, failure}}
  end

  defp died_text(reason, runner) do
    "the notebook's process died: #{Exception.format_exit(reason)}"
    |> Explain.unfile(%{path: runner.notebook.path})
  end

  # A process linked to a flow may have crashed after the last cell.
  defp died(runner) do
    for {_, %Flow{dead: false, evaluator: evaluator, line: line}} <- runner.flows,
        {:down, reason} <- [Evaluator.down(evaluator)] do
      %Failure{kind: :exit, line: line, plain: died_text(reason, runner)}
    end
  end
end
