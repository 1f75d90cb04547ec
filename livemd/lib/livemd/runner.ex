defmodule Livemd.Runner do
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

  `attempt/4` evaluates a reader's version of an exercise, as often as they like, from a `point/2` of
  a notebook that was evaluated so far.
  """

  alias Livemd.Notebook

  alias Livemd.{
    Assertions,
    Cell,
    CellResult,
    Evaluator,
    Exercises,
    Explain,
    Failure,
    Flow,
    Log,
    Marker,
    Needs,
    Output,
    Report,
    Watch
  }

  @enforce_keys [:notebook, :opts, :output, :watch]
  defstruct [
    :notebook,
    :opts,
    :output,
    :watch,
    flows: %{},
    absent: %{},
    results: [],
    earlier: []
  ]

  @typedoc "A notebook that is being run by the process that called `start/2`."
  @opaque t :: %__MODULE__{}

  @typedoc "What the cells of one flow have come to, and where an attempt may begin."
  @opaque point :: {Evaluator.t(), Evaluator.key()}

  @typedoc """
    * `:solved` - `false`, as shipped (the default); `true` puts each exercise's solution in the place
      of its stub, with the solution's lines; `:perhaps`, whatever a learner has made of it;
    * `:timeout` - milliseconds a cell may take (60_000);
    * `:on_cell` - called with each `Livemd.CellResult`;
    * `:on_section` - called with a section's 0-based index, the section and its results;
    * `:watch` - a function that returns a map of counters. It is called before and after the
      notebook; what differs, and still differs a little later, is a failure.
  """
  @type option ::
          {:solved, Report.solved()}
          | {:timeout, timeout()}
          | {:on_cell, (CellResult.t() -> term())}
          | {:on_section, (non_neg_integer(), Section.t(), [CellResult.t()] -> term())}
          | {:watch, fun()}

  @typedoc """
    * `:check_timeout` - milliseconds that a cell which is no exercise may take (the notebook's limit);
    * `:go_on?` - a function that is called with the milliseconds that the cell has taken, some times
      a second. Where it returns false, the attempt ends.
  """
  @type attempt_option ::
          {:check_timeout, timeout()} | {:go_on?, (non_neg_integer() -> boolean())}

  @defaults [solved: false, timeout: 60_000, on_cell: nil, on_section: nil, watch: nil]
  @attempt_defaults [check_timeout: nil, go_on?: nil]

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

  @doc "Where the flow of that cell stands now; `:aborted` where a cell of it has failed."
  @spec point(t(), Cell.t()) :: {:ok, point(), t()} | :aborted
  def point(%__MODULE__{} = runner, %Cell{} = cell) do
    {section, _key} = place(runner.notebook, cell)

    with {:ok, runner, flow} <- flow(runner, section) do
      {:ok, {flow.evaluator, flow.last}, runner}
    end
  end

  @doc "Whether the process whose cells led to that point still lives."
  @spec alive?(point()) :: boolean()
  def alive?({evaluator, _key}), do: Process.alive?(evaluator.pid)

  @doc """
  Evaluates cells from a point on, and takes away all that they defined or started. A cell may stand in
  a file of the reader (`path`); the last is one of the notebook. One that takes its process with it,
  or is killed by its time limit, takes the point with it, too: see `alive?/1`.
  """
  @spec attempt(t(), point(), [Cell.t()], [attempt_option()]) :: [CellResult.t()]
  def attempt(%__MODULE__{} = runner, {evaluator, last}, cells, opts \\ []) do
    opts = Keyword.validate!(opts, @attempt_defaults)
    {section, _key} = place(runner.notebook, List.last(cells))
    flow = %{Flow.new(id(runner, section), evaluator) | last: last}
    opts = Map.merge(runner.opts, Map.new(opts))
    branch = %{runner | opts: opts, flows: %{flow.id => flow}}
    # Behind the keys of the notebook's cells, whose contexts stay.
    keys = Stream.iterate(length(Notebook.cells(runner.notebook)), &(&1 + 1))

    mark = Output.mark(runner.output)
    Evaluator.mark(evaluator)

    {results, _branch} =
      cells
      |> Enum.zip(keys)
      |> Enum.map_reduce(branch, fn {cell, key}, branch -> step(branch, cell, section, key) end)

    Evaluator.unlink(evaluator)
    Output.rewind(runner.output, mark)
    Evaluator.flush(evaluator)
    results
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
    id = id(runner, section)

    case {runner.flows[id], parent} do
      {%Flow{failed: nil} = flow, _} -> {:ok, runner, flow}
      {%Flow{}, _} -> :aborted
      {nil, nil} -> started(runner, Flow.new(id, Evaluator.start(runner.output)))
      {nil, parent} -> branch(runner, id, parent)
    end
  end

  defp id(runner, section) do
    if Enum.at(runner.notebook.sections, section).parent, do: section, else: :main
  end

  defp branch(runner, id, parent) do
    case Flow.source(runner.flows[:main], parent) do
      :aborted -> :aborted
      source -> started(runner, Flow.new(id, Evaluator.start(runner.output, source)))
    end
  end

  defp started(runner, flow), do: {:ok, put_in(runner.flows[flow.id], flow), flow}

  defp eval(runner, flow, result, key) do
    cell = cell(runner, flow, result.cell, key)
    timeout = timeout(result.cell, runner.opts)
    answer = Evaluator.eval(flow.evaluator, cell, timeout, runner.opts[:go_on?])
    {output, modules} = Output.take(runner.output)
    result = result(%{result | output: output}, answer, {cell, flow.evaluator, timeout})
    # Its functions may be called by what follows, and fail there.
    runner = if cell.functions?, do: %{runner | earlier: [cell | runner.earlier]}, else: runner

    if match?({:failed, _}, result.status), do: Output.delete(modules)
    flow = Flow.after_cell(flow, result, key, match?({:ok, _}, answer))
    {result, put_in(runner.flows[flow.id], flow)}
  end

  defp timeout(%Cell{path: nil}, %{check_timeout: limit}) when limit != nil, do: limit
  defp timeout(_cell, opts), do: opts.timeout

  defp cell(runner, flow, cell, key) do
    path = cell.path || runner.notebook.path

    %{
      code: cell.code,
      line: cell.line,
      length: length(String.split(cell.code, "\n")),
      path: path,
      file: Path.expand(path) <> if(cell.path, do: "", else: "#cell:#{key}"),
      key: key,
      after: flow.last,
      functions?: cell.path != nil,
      earlier: runner.earlier
    }
  end

  defp result(result, {:ok, %{result: {:ok, value}} = outcome}, _where) do
    %{
      result
      | status: :ok,
        value: value,
        warnings: outcome.warnings,
        time: outcome.time,
        assertions: Assertions.count(result.cell.code)
    }
  end

  defp result(result, {:ok, outcome}, _where) do
    %{result | status: outcome.result, warnings: outcome.warnings, time: outcome.time}
  end

  defp result(result, :timeout, {_cell, _evaluator, timeout} = where) do
    text = "took longer than #{timeout / 1000} s"
    failed(%{result | time: timeout * 1000}, :timeout, text, where)
  end

  defp result(result, :stopped, where), do: failed(result, :stopped, "was stopped", where)

  defp result(result, {:down, reason}, {cell, _evaluator, _timeout} = where) do
    failed(result, :exit, died_text(reason, cell), where)
  end

  defp failed(result, kind, text, {cell, evaluator, _timeout}) do
    {owner, line} = evaluator.marker |> Marker.places() |> Explain.place(cell)
    failure = %Failure{kind: kind, line: line, plain: text, path: owner.path}
    %{result | status: {:failed, failure}}
  end

  defp died_text(reason, cell) do
    Explain.unfile("the notebook's process died: #{Exception.format_exit(reason)}", cell)
  end

  # A process linked to a flow may have crashed after the last cell.
  defp died(runner) do
    for {_, %Flow{dead: false, evaluator: evaluator, line: line}} <- runner.flows,
        {:down, reason} <- [Evaluator.down(evaluator)] do
      %Failure{
        kind: :exit,
        line: line,
        plain: died_text(reason, %{path: runner.notebook.path, earlier: []})
      }
    end
  end
end
