defmodule Livemd.Runner do
  @moduledoc """
  Evaluates a notebook by Livebook's rules.

      {:ok, notebook} = Livemd.Parser.read("lessons/structs.livemd")
      report = Livemd.Runner.run(notebook, mode: :solved)
      Livemd.Report.ok?(report)

    * All cells run in one process, so they share `self()` and the mailbox.
    * Each cell is parsed alone; bindings, imports, aliases and requires carry over. `__ENV__.file`
      is `path#cell:N`, and lines are those of the file.
    * A failed cell does not change the context of the next one, and the cells after it are
      `:aborted`, unless it is marked `continue_on_error`.
    * A module that is loaded already can't be defined again.
    * The values that a cell binds stay referenced until the notebook ends.
    * The setup cell is never evaluated.

  Unlike in Livebook, a cell has a time limit. When the notebook ends, its modules are deleted and its
  processes killed, and the VM's current directory and applications are restored. A cell is skipped
  if it needs a package or a toolchain that is missing: see `Livemd.Toolchain`. Standard error is not
  captured, because the whole VM shares it.

  To evaluate a notebook step by step, call `start/2`, then `eval_section/2` for each section or
  `eval_cell/2` for each cell, in order, then `stop/1`. Call them from one process: the notebook ends
  when that process dies.
  """

  alias Livemd.{Cell, CellResult, Evaluator, Exercise, Failure, IOProxy, Journal, LeakCheck}
  alias Livemd.{Notebook, Report, Requirements, Syntax}

  @enforce_keys [:notebook, :opts, :evaluator, :places, :absent, :counters, :applications]
  defstruct @enforce_keys ++
              [state: :running, last: :start, modules: [], results: [], earlier: []]

  @typedoc "A running notebook, which belongs to the process that called `start/2`."
  @opaque t :: %__MODULE__{}

  @typedoc "The state after the cells evaluated so far, from which an attempt may start."
  @opaque point :: {Evaluator.t(), Evaluator.key()}

  @typedoc """
    * `:mode` - a `t:Livemd.Report.mode/0` (`:shipped`);
    * `:timeout` - milliseconds that a cell may take (60_000);
    * `:toolchains` - modules with the functions of `Livemd.Toolchain` (none);
    * `:leak_check` - a function that returns a map of counters, called before and after the notebook.
      A counter that has changed, and has not changed back two seconds later, is a failure;
    * `:on_cell` - a function that is called with each `Livemd.CellResult`;
    * `:on_section` - a function that is called with a section's 0-based index, the section and its
      results.
  """
  @type option :: {atom(), term()}

  @defaults [mode: :shipped, timeout: 60_000, toolchains: []] ++
              [leak_check: nil, on_cell: nil, on_section: nil]

  @doc "Evaluates all sections in order."
  @spec run(Notebook.t(), [option()]) :: Report.t()
  def run(%Notebook{} = notebook, opts \\ []) do
    0..(length(notebook.sections) - 1)//1
    |> Enum.reduce(start(notebook, opts), &(&2 |> eval_section(&1) |> elem(1)))
    |> stop()
  end

  @doc "Starts the process, without evaluating any cell."
  @spec start(Notebook.t(), [option()]) :: t()
  def start(%Notebook{} = notebook, opts \\ []) do
    opts = @defaults |> Keyword.merge(Keyword.validate!(opts, @defaults)) |> Map.new()
    load_ex_unit()
    solved = for cell <- Notebook.cells(notebook), do: solve(cell, notebook, opts.mode)
    {skipped, absent} = Requirements.skipped(solved, opts.toolchains)
    IOProxy.capture_log()
    stick(:stick_dir)

    %__MODULE__{
      notebook: notebook,
      opts: opts,
      places: places(notebook, solved, skipped),
      absent: absent,
      counters: opts.leak_check && opts.leak_check.(),
      applications: applications(),
      evaluator: Evaluator.start()
    }
  end

  @doc "Evaluates the cells of the section with that 0-based index."
  @spec eval_section(t(), non_neg_integer()) :: {[CellResult.t()], t()}
  def eval_section(%__MODULE__{} = runner, index) do
    section = Enum.fetch!(runner.notebook.sections, index)

    {results, runner} =
      section |> Notebook.cells_of() |> Enum.map_reduce(runner, &eval_cell(&2, &1))

    if fun = runner.opts.on_section, do: fun.(index, section, results)
    {results, runner}
  end

  @doc "Evaluates one cell of the notebook. In mode `:solved` a solution replaces its stub."
  @spec eval_cell(t(), Cell.t()) :: {CellResult.t(), t()}
  def eval_cell(%__MODULE__{} = runner, %Cell{} = cell) do
    place = place(runner, cell)
    {result, runner} = step(runner, place.cell, place, place.skipped)
    result = Report.judge(result, runner.opts.mode)
    if fun = runner.opts.on_cell, do: fun.(result)
    {result, %{runner | results: [result | runner.results]}}
  end

  @doc "Returns the current state as a start for attempts, or `:aborted` if a cell has failed."
  @spec point(t()) :: {:ok, point()} | :aborted
  def point(%__MODULE__{state: :running} = runner), do: {:ok, {runner.evaluator, runner.last}}
  def point(%__MODULE__{}), do: :aborted

  @doc """
  Returns what the code of an attempt that starts at a point can use: the names of the variables, and the
  lines that made aliases and imports. Returns `nil` if the process that holds the state has died.
  """
  @spec scope(point()) :: Evaluator.scope() | nil
  def scope({evaluator, key}), do: Evaluator.scope(evaluator, key)

  @doc "Returns whether the process that holds the point's state is alive."
  @spec alive?(point()) :: boolean()
  def alive?({evaluator, _key}), do: Process.alive?(evaluator.pid)

  @doc """
  Evaluates a reader's version of an exercise from a point on, then removes all modules and processes
  that it has added. Can be called any number of times. The last cell must be one of the notebook; the
  others may be from a reader's file (`path`). A cell that ends its process or exceeds the time limit
  makes the point unusable: see `alive?/1`.

  Options: `:check_timeout`, the time limit in milliseconds for cells of the notebook; `:go_on?`, see
  `Livemd.Evaluator.eval/4`.
  """
  @spec attempt(t(), point(), [Cell.t()], keyword()) :: [CellResult.t()]
  def attempt(%__MODULE__{} = runner, {evaluator, last}, cells, opts \\ []) do
    opts = Map.merge(runner.opts, Map.new(Keyword.validate!(opts, [:check_timeout, :go_on?])))
    place = place(runner, List.last(cells))
    branch = %{runner | opts: opts, evaluator: evaluator, last: last, state: :running}
    mark = Evaluator.mark(evaluator)

    {results, _branch} =
      cells
      # Keys above those of the notebook's cells, so that their contexts are kept.
      |> Enum.with_index(map_size(runner.places))
      |> Enum.map_reduce(branch, fn {cell, key}, branch ->
        skipped = Requirements.missing(cell.code, opts.toolchains, runner.absent)
        step(branch, cell, %{place | key: key}, skipped)
      end)

    Evaluator.rewind(evaluator, mark)
    results
  end

  @doc """
  Ends the notebook: kills its processes, deletes its modules, and returns the report of the cells
  that were evaluated.
  """
  @spec stop(t()) :: Report.t()
  def stop(%__MODULE__{} = runner) do
    died = runner.evaluator |> Evaluator.stop(runner.modules) |> died(runner)
    stick(:unstick_dir)
    last = runner.notebook |> Notebook.cells() |> List.last(%{line: 1})
    leaks = LeakCheck.failures(runner.opts.leak_check, runner.counters, last.line)
    Report.new(runner.notebook, Enum.reverse(runner.results), runner.opts.mode, died ++ leaks)
  end

  # ExUnit is loaded in Livebook, too, and `assert_receive` reads its configuration. Mix may have removed
  # it from the code path, because the application doesn't depend on it.
  defp load_ex_unit do
    unless Application.spec(:ex_unit) do
      :elixir |> :code.lib_dir() |> :filename.join(~c"../ex_unit/ebin") |> :code.add_pathz()
      Application.load(:ex_unit)
    end
  end

  # A cell could redefine the engine with `Code.eval_string/1`, which is not traced. The code server
  # doesn't replace modules from a sticky directory.
  defp stick(function) do
    with path when is_list(path) <- :code.which(__MODULE__),
         do: apply(:code, function, [:filename.dirname(path)])
  end

  defp solve(%Cell{kind: {:exercise, _}} = cell, notebook, :solved) do
    exercise = Enum.find(Exercise.all(notebook), &(&1.stub == cell))
    Exercise.solved(exercise) || cell
  end

  defp solve(cell, _notebook, _mode), do: cell

  # Maps each cell of the notebook to its section, its key, the cell to evaluate, and why it is skipped.
  defp places(notebook, solved, skipped) do
    cells =
      for {section, index} <- Enum.with_index(notebook.sections),
          cell <- Notebook.cells_of(section),
          do: {cell, %{section: index, name: section.name}}

    for {{{cell, place}, solved}, key} <- cells |> Enum.zip(solved) |> Enum.with_index(),
        into: %{},
        do: {cell, Map.merge(place, %{key: key, cell: solved, skipped: skipped[solved]})}
  end

  defp place(runner, cell) do
    case runner.places do
      %{^cell => place} -> place
      _ -> raise ArgumentError, "the cell is not one of this notebook"
    end
  end

  # A toolchain may take a minute the first time, which counts for no time limit, and which readers who have
  # not come to a cell that needs it should not wait for.
  defp prepare_and_eval(runner, result, key) do
    Requirements.prepare(result.cell, runner.opts.toolchains)
    eval(runner, result, key)
  end

  defp step(runner, cell, place, skipped) do
    result = %CellResult{cell: cell, section: place.section, status: :aborted}
    entry = Journal.entry(cell.path || runner.notebook.path, cell.line, place.name)

    Journal.during(entry, fn ->
      cond do
        skipped -> {%{result | status: {:skipped, skipped}}, runner}
        runner.state != :running -> {result, runner}
        true -> prepare_and_eval(runner, result, place.key)
      end
    end)
  end

  defp eval(runner, result, key) do
    job = job(runner, result.cell, key)
    timeout = (result.cell.path == nil && runner.opts[:check_timeout]) || runner.opts.timeout
    directory = File.cwd()

    {answer, output, modules} =
      Evaluator.eval(runner.evaluator, job, timeout, runner.opts[:go_on?])

    await_end_if_stopping()
    with {:ok, directory} <- directory, do: File.cd(directory)
    failure = &Failure.at_noted_line(&1, &2, job, runner.evaluator.tracker)
    result = outcome(%{result | output: output}, answer, failure, timeout)
    result = restart_applications(result, runner.applications, failure)
    if match?({:failed, _}, result.status), do: IOProxy.delete(modules)
    # A later cell may fail inside a function of the reader's file.
    earlier = if job.functions?, do: [job | runner.earlier], else: runner.earlier
    runner = %{runner | earlier: earlier, modules: modules ++ runner.modules}
    {result, after_cell(runner, result, answer, key)}
  end

  # Without its process the notebook can't go on, whatever `continue_on_error` says.
  defp after_cell(runner, result, {:ok, _outcome}, key) do
    stops? = match?({:failed, _}, result.status) and not result.cell.continue_on_error
    %{runner | last: key, state: if(stops?, do: :failed, else: :running)}
  end

  defp after_cell(runner, _result, _no_outcome, _key), do: %{runner | state: :dead}

  defp job(runner, cell, key) do
    path = cell.path || runner.notebook.path
    full_path = Path.expand(path)

    %{
      code: cell.code,
      line: cell.line,
      length: length(String.split(cell.code, "\n")),
      path: path,
      full_path: full_path,
      file: if(cell.path, do: full_path, else: "#{full_path}#cell:#{key}"),
      key: key,
      after: runner.last,
      functions?: cell.path != nil,
      earlier: runner.earlier
    }
  end

  defp outcome(result, answer, failure, timeout) do
    case answer do
      {:ok, %{result: {:ok, value}} = outcome} ->
        assertions = Syntax.assertions(result.cell.code)
        %{outcome(result, outcome) | status: :ok, value: value, assertions: assertions}

      {:ok, %{result: {:failed, _failure} = failed} = outcome} ->
        %{outcome(result, outcome) | status: failed}

      :timeout ->
        failure = failure.(:timeout, "took longer than #{timeout / 1000} s")
        %{result | time: timeout * 1000, status: {:failed, failure}}

      :stopped ->
        %{result | status: {:failed, failure.(:stopped, "was stopped")}}

      {:down, reason} ->
        %{result | status: {:failed, failure.(:exit, died_text(reason))}}
    end
  end

  defp outcome(result, outcome), do: %{result | warnings: outcome.warnings, time: outcome.time}

  defp died_text(reason), do: "the notebook's process died: #{Exception.format_exit(reason)}"

  # After `System.stop/1` the VM still runs for a while, without most of its applications. Waiting here
  # leaves this cell in the journal as the one that was running.
  defp await_end_if_stopping do
    with {:stopping, _} <- :init.get_status(), do: Process.sleep(:infinity)
  end

  defp applications, do: for({name, _, _} <- Application.started_applications(), do: name)

  # The next cell or notebook may need them.
  defp restart_applications(result, before, failure) do
    case before -- applications() do
      [] ->
        result

      stopped ->
        for name <- Enum.reverse(stopped), do: Application.ensure_all_started(name)
        names = Enum.map_join(stopped, ", ", &inspect/1)
        failure = failure.(:error, "stopped #{names}, which the VM needs: it was started again")
        %{result | status: {:failed, failure}, value: nil, assertions: 0}
    end
  end

  # A linked process may have crashed after the last cell.
  defp died({:down, reason}, %{state: state, results: [%{cell: cell} | _]} = runner)
       when state != :dead do
    text = Failure.unfile(died_text(reason), job(runner, cell, 0))
    [%Failure{kind: :exit, line: cell.line, plain: text}]
  end

  defp died(_down_or_alive, _runner), do: []
end

defmodule Livemd.LeakCheck do
  @moduledoc false
  # Compares counters before and after a notebook, to find resources that it has not released.

  alias Livemd.Failure

  @type counters :: %{term() => integer()}

  # Milliseconds. The resources of a dead process are released a moment after its exit.
  @deadline 2_000
  @pause 10

  @spec failures(nil | (() -> counters()), nil | counters(), pos_integer()) :: [Failure.t()]
  def failures(nil, nil, _line), do: []

  def failures(count, before, line) do
    for {name, was, is} <- settle(count, before, now() + @deadline) do
      text =
        "#{inspect(name)} was #{inspect(was)} before the notebook and is #{inspect(is)} after it"

      %Failure{kind: :leak, line: line, plain: text}
    end
  end

  defp settle(count, before, deadline) do
    :erlang.garbage_collect()
    counters = count.()
    names = Enum.uniq(Map.keys(before) ++ Map.keys(counters))

    differences =
      for name <- names,
          {was, is} = {before[name], counters[name]},
          was != is,
          do: {name, was, is}

    if differences == [] or now() > deadline do
      differences
    else
      Process.sleep(@pause)
      settle(count, before, deadline)
    end
  end

  defp now, do: System.monotonic_time(:millisecond)
end
