defmodule Livemd.Evaluator do
  @moduledoc """
  The process in which the cells of a notebook run.

  It keeps the context of every cell that it has evaluated: bindings, environment, process dictionary
  and current directory. So a value stays referenced after its variable is bound again, as in
  Livebook. A failed cell does not change the context of the next one.

  Results leave the process as text. Between cells, only those contexts reference terms of the cells.
  """

  alias Livemd.{Failure, IOProxy, LineTracker}
  alias Livemd.Evaluator.{Scope, Tracer}

  @enforce_keys [:pid, :io, :monitor, :tag, :tracker]
  defstruct [:pid, :io, :monitor, :tag, :tracker]

  @type t :: %__MODULE__{pid: pid(), io: pid(), tracker: LineTracker.t()}

  @typedoc "The key of a cell's context; `:start` is the context before all cells."
  @type key :: :start | non_neg_integer()

  @type outcome :: %{
          result: {:ok, String.t() | nil} | {:failed, Failure.t()},
          warnings: [String.t()],
          time: non_neg_integer()
        }

  @type answer :: {:ok, outcome()} | :timeout | :stopped | {:down, term()}

  @typedoc "What code can use: names of variables, and lines such as `alias A.B` and `import A`."
  @type scope :: %{variables: [String.t()], lines: [String.t()]}

  @typedoc "A notebook's modules, processes and messages at some point, for `rewind/2`."
  @opaque mark :: {IOProxy.mark(), map() | :dead}

  # Milliseconds between two calls of `go_on?`.
  @tick 100

  # IEx and Livebook don't show this value either.
  @no_value :"do not show this result in output"

  @doc "Starts the process, with an `Livemd.IOProxy` as its group leader."
  @spec start() :: t()
  def start do
    tag = make_ref()
    tracker = LineTracker.new()
    {io, pid} = IOProxy.start(tag, &init(tag, tracker, &1))
    %__MODULE__{pid: pid, io: io, monitor: Process.monitor(io), tag: tag, tracker: tracker}
  end

  @doc """
  Evaluates a cell, described by `job`, in the context `job.after`, and stores the context after it
  under `job.key`. Returns the answer, the printed text, and the modules that were defined.

  Kills the process after `timeout` milliseconds, or when `go_on?` returns false. It is called several
  times a second with the milliseconds that have passed.
  """
  @spec eval(t(), map(), timeout(), (non_neg_integer() -> boolean()) | nil) ::
          {answer(), String.t(), [module()]}
  def eval(%__MODULE__{} = evaluator, job, timeout, go_on? \\ nil) do
    ref = make_ref()
    send(evaluator.pid, {evaluator.tag, {:eval, job}, self(), ref})
    answer = await(evaluator, ref, System.monotonic_time(:millisecond), timeout, go_on?)

    case IOProxy.take(evaluator.io) do
      {output, modules} -> {answer, output, modules}
      :killed -> {kill(evaluator, ref, {:down, :killed}), "", []}
    end
  end

  defp await(%{tag: tag, monitor: monitor} = evaluator, ref, started, timeout, go_on?) do
    # `:infinity` sorts after every integer.
    wait = if go_on?, do: min(@tick, timeout), else: timeout

    receive do
      {^ref, outcome} -> {:ok, outcome}
      {^tag, :down, reason} -> {:down, reason}
      {:DOWN, ^monitor, :process, _, reason} -> {:down, reason}
    after
      wait ->
        passed = System.monotonic_time(:millisecond) - started

        cond do
          passed >= timeout -> kill(evaluator, ref, :timeout)
          go_on? && not go_on?.(passed) -> kill(evaluator, ref, :stopped)
          true -> await(evaluator, ref, started, timeout, go_on?)
        end
    end
  end

  defp kill(evaluator, ref, answer) do
    monitor = Process.monitor(evaluator.pid)
    Process.exit(evaluator.pid, :kill)
    receive do: ({:DOWN, ^monitor, :process, _, _} -> :ok)
    # The outcome may have arrived after the time limit and before the kill.
    receive do: ({^ref, _} -> :ok), after: (0 -> :ok)
    answer
  end

  @doc """
  Kills the process and all others of the notebook, and deletes its modules. Returns `{:down, reason}`
  if the process had died before, or `:alive`.
  """
  @spec stop(t(), [module()]) :: {:down, term()} | :alive
  def stop(%__MODULE__{tag: tag} = evaluator, modules) do
    down = IOProxy.stop(evaluator.io, modules)
    Process.demonitor(evaluator.monitor, [:flush])
    receive do: ({^tag, :down, _reason} -> :ok), after: (0 -> :ok)
    down
  end

  @doc "Returns what code in the context with this key can use, or `nil` if the process has died."
  @spec scope(t(), key()) :: scope() | nil
  def scope(evaluator, key) do
    with :dead <- request(evaluator, {:scope, key}), do: nil
  end

  @doc "Returns the modules, processes and messages that the notebook has now."
  @spec mark(t()) :: mark()
  def mark(evaluator), do: {IOProxy.mark(evaluator.io), request(evaluator, :mark)}

  @doc "Removes the modules, processes and messages that are newer than the mark."
  @spec rewind(t(), mark()) :: :ok
  def rewind(evaluator, {io, own}) do
    # Killing a process that is still linked would kill the evaluator, too.
    request(evaluator, {:unlink, own})
    IOProxy.rewind(evaluator.io, io)
    request(evaluator, {:flush, own})
  end

  defp request(evaluator, request),
    do: IOProxy.request(evaluator.pid, evaluator.tag, request, :dead)

  defp init(tag, tracker, io) do
    LineTracker.reset(tracker, 0)
    env = %{Code.env_for_eval([]) | tracers: [Tracer]}
    start = %{binding: [], env: env, dictionary: %{}, directory: File.cwd!()}
    # The engine and `:rand` set these, so they are not part of a cell's context.
    ignored = [:rand_seed, :random_seed | Process.get_keys()]
    state = %{tag: tag, tracker: tracker, io: io, contexts: %{start: start}, ignored: ignored}
    loop(state)
  end

  defp loop(%{tag: tag} = state) do
    receive do
      {^tag, request, from, ref} ->
        {reply, state} = serve(request, state)
        # Frees what only the last cell referenced before the next one starts.
        :erlang.garbage_collect()
        send(from, {ref, reply})
        loop(state)
    end
  end

  defp serve({:eval, job}, state) do
    {outcome, context} = evaluate(job, state)
    {outcome, put_in(state.contexts[job.key], context)}
  end

  defp serve({:scope, key}, state), do: {Scope.of(Map.fetch!(state.contexts, key)), state}
  defp serve(:mark, state), do: {Map.new([:links, :trap_exit, :messages], &{&1, info(&1)}), state}

  defp serve({:unlink, mark}, state) do
    for link <- info(:links) -- mark.links, do: Process.unlink(link)
    Process.flag(:trap_exit, mark.trap_exit)
    {:ok, state}
  end

  defp serve({:flush, mark}, state) do
    for message <- info(:messages) -- mark.messages, do: receive(do: (^message -> :ok))
    {:ok, state}
  end

  defp info(item), do: self() |> Process.info(item) |> elem(1)

  defp evaluate(job, state) do
    context = Map.fetch!(state.contexts, job.after)
    restore(context, job, state)
    started = System.monotonic_time(:microsecond)
    {result, diagnostics} = with_diagnostics(fn -> run(job, context, state.tracker) end)
    time = System.monotonic_time(:microsecond) - started
    {result, warnings, context} = answer(result, diagnostics, job, context, state)
    warnings = Enum.map(warnings, &Failure.format_diagnostic(&1, job))
    {%{result: result, warnings: warnings, time: time}, context}
  end

  # A cell may have replaced the group leader or erased the process dictionary.
  defp restore(context, job, state) do
    IOProxy.become_leader(state.io)
    LineTracker.reset(state.tracker, job.key)
    for {key, _value} <- dictionary(state), do: Process.delete(key)
    for {key, value} <- context.dictionary, do: Process.put(key, value)
    # The directory may have been deleted.
    File.cd(context.directory)
  end

  defp run(job, context, tracker) do
    engine =
      for {key, _} = entry <- Process.get(), key not in Map.keys(context.dictionary), do: entry

    try do
      env = %{context.env | file: job.file, line: job.line}
      quoted = Code.string_to_quoted!(job.code, file: job.file, line: job.line)
      track = if job.functions?, do: &LineTracker.track_functions/2, else: &LineTracker.track/2
      binding = LineTracker.binding(tracker) ++ context.binding
      {value, binding, env} = Code.eval_quoted_with_env(track.(quoted, job.key), binding, env)
      {:ok, value, binding, env}
    catch
      kind, reason -> {:error, erased(engine) || {kind, reason, __STACKTRACE__}}
    after
      # `:erlang.erase()` deletes the entries of the engine and the compiler, too.
      for {key, value} <- engine, Process.get(key) == nil, do: Process.put(key, value)
    end
  end

  # Elixir's own error doesn't name the cause: "no match of right hand side value: :undefined".
  defp erased(engine) do
    if Enum.any?(engine, fn {key, _value} -> Process.get(key) == nil end) do
      text = "the cell has erased the process dictionary, which Elixir needs to evaluate it"
      {:error, RuntimeError.exception(text), []}
    end
  end

  defp answer({:ok, value, binding, env}, diagnostics, _job, context, state) do
    # Variables with a context belong to macros; cells can't name them.
    binding = for {name, _} = variable when is_atom(name) <- binding, do: variable
    context = %{context | binding: binding, env: env, dictionary: dictionary(state)}
    # The directory may have been deleted.
    context = with {:ok, now} <- File.cwd(), do: %{context | directory: now}, else: (_ -> context)
    {{:ok, inspect_value(value)}, diagnostics, context}
  end

  defp answer({:error, caught}, diagnostics, job, context, state) do
    warnings = for %{severity: :warning} = warning <- diagnostics, do: warning
    failure = Failure.new(caught, diagnostics, job, state.tracker)
    {{:failed, Scope.explain(failure, context)}, warnings, context}
  end

  # The entries that cells have put there.
  defp dictionary(state) do
    for {key, value} <- Process.get(), key not in state.ignored, into: %{}, do: {key, value}
  end

  defp inspect_value(@no_value), do: nil

  # The value of `defmodule` holds its bytecode.
  defp inspect_value({:module, name, code, _} = value) when is_atom(name) and is_binary(code),
    do: inspect(value, limit: 5)

  defp inspect_value(value) do
    inspect(value, pretty: true, width: 80, limit: 50, printable_limit: 4096)
  rescue
    error -> "a value that cannot be inspected: #{inspect(error.__struct__)}"
  end

  # Elixir 1.14 lacks this function and prints diagnostics instead; `apply/3` avoids a warning there.
  defp with_diagnostics(fun) do
    if function_exported?(Code, :with_diagnostics, 1),
      do: apply(Code, :with_diagnostics, [fun]),
      else: {fun.(), []}
  end
end

defmodule Livemd.Evaluator.Scope do
  @moduledoc false
  # What the code of a cell can use: the variables, aliases and imports of the cells before it.

  def of(%{binding: binding, env: env}) do
    aliases = for {short, full} <- env.aliases, do: alias_line(short, full)
    # Those that each cell has.
    own = for {module, _functions} <- Code.env_for_eval([]).functions, do: module
    imported = for {module, _names} <- env.functions ++ env.macros, module not in own, do: module
    imports = for module <- Enum.uniq(imported), do: "import #{inspect(module)}"
    %{variables: names(binding), lines: Enum.sort(aliases) ++ Enum.sort(imports)}
  end

  defp names(binding) do
    names = for {name, _value} <- binding, do: Atom.to_string(name)
    names |> Enum.reject(&String.starts_with?(&1, "_")) |> Enum.sort()
  end

  defp alias_line(short, full) do
    if List.last(Module.split(full)) == inspect(short),
      do: "alias #{inspect(full)}",
      else: "alias #{inspect(full)}, as: #{inspect(short)}"
  end

  # Of Elixir 1.15 and newer, and of 1.14, which takes the name for a call.
  @undefined ~r/undefined variable "|undefined function \w+[?!]?\/0 /

  @doc "Adds the variables in scope to a failure about a name that isn't one of them."
  def explain(failure, %{binding: binding}) do
    names = names(binding)

    if names != [] and failure.plain =~ @undefined do
      text = "\nin scope: " <> Enum.join(names, ", ")
      coloured = failure.coloured && failure.coloured <> text
      %{failure | plain: failure.plain <> text, coloured: coloured}
    else
      failure
    end
  end
end

defmodule Livemd.Evaluator.Tracer do
  @moduledoc false
  # The compilation tracer of cells. It rejects a module that is loaded already, as Livebook does, and
  # reports each new one to the notebook's proxy. `Code.eval_string/1` in a cell is not traced.

  alias Livemd.IOProxy

  @doc false
  def trace(:start, %{module: module} = env) when module != nil do
    if Code.ensure_loaded?(module), do: raise_defined(env)
    :ok
  end

  # Elixir 1.14 reports the start of the outermost module only.
  def trace({:on_module, _bytecode, _}, %{module: module} = env) do
    if engine?(module), do: raise_defined(env)
    IOProxy.record_module(module)
  end

  def trace(_event, _env), do: :ok

  defp raise_defined(%{module: module} = env) do
    why = if engine?(module), do: ": it is part of what runs this notebook", else: ""
    description = "module #{inspect(module)} is already defined" <> why
    raise CompileError, file: env.file, line: env.line, description: description
  end

  defp engine?(module),
    do: match?("Elixir.Livemd." <> _, Atom.to_string(module)) and loaded?(module)

  # Whether the module was loaded from a file, and not defined by a cell.
  defp loaded?(module), do: module |> :code.which() |> is_list()
end
