defmodule Livemd.Evaluator do
  @moduledoc """
  The process in which the cells of one flow run: the main flow, or a branching section.

  It keeps the context of every cell that it has evaluated: bindings, environment and process
  dictionary. So a value stays referenced after its variable is bound again, as in Livebook. A cell
  that fails adds nothing to the context of the next one.

  Between cells it holds no term of theirs outside of those contexts; what it answers is text.
  """

  alias Livemd.{Diagnostics, Explain, Marker, Output, Tracer}

  @enforce_keys [:pid, :monitor, :tag, :marker]
  defstruct [:pid, :monitor, :tag, :marker]

  @type t :: %__MODULE__{
          pid: pid(),
          monitor: reference(),
          tag: reference(),
          marker: Marker.t()
        }

  @typedoc "The key under which a cell's context is kept; `:start` is the one before all cells."
  @type key :: :start | non_neg_integer()

  @type outcome :: %{
          result: {:ok, String.t() | nil} | {:failed, Livemd.Failure.t()},
          warnings: [String.t()],
          time: non_neg_integer()
        }

  # Milliseconds between two calls of the function that says whether to go on.
  @tick 100

  @doc "Starts one that begins with nothing, or with the context `key` of another evaluator."
  @spec start(pid(), {t(), key()} | nil) :: t()
  def start(output, from \\ nil) do
    tag = make_ref()
    marker = Marker.new()
    {pid, monitor} = spawn_monitor(fn -> init(tag, marker, output, from) end)
    %__MODULE__{pid: pid, monitor: monitor, tag: tag, marker: marker}
  end

  @doc """
  Evaluates code that stands at `line` of `file`, after the context `after_key`; its own is kept
  under `key`. When the time is over, the evaluator is killed; `go_on?`, which is asked now and then
  with the milliseconds that have passed, may have it killed before.
  """
  @spec eval(t(), map(), timeout(), (non_neg_integer() -> boolean()) | nil) ::
          {:ok, outcome()} | :timeout | :stopped | {:down, term()}
  def eval(%__MODULE__{} = evaluator, cell, timeout, go_on? \\ nil) do
    ref = make_ref()
    send(evaluator.pid, {evaluator.tag, :eval, self(), ref, cell})
    await(evaluator, ref, System.monotonic_time(:millisecond), timeout, go_on?)
  end

  defp await(%{monitor: monitor} = evaluator, ref, started, timeout, go_on?) do
    # An atom is more than any number.
    wait = if go_on?, do: min(@tick, timeout), else: timeout

    receive do
      {^ref, outcome} -> {:ok, outcome}
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
    Process.exit(evaluator.pid, :kill)
    await_down(evaluator.monitor)
    # The outcome may have come between the limit and the end.
    receive do: ({^ref, _} -> :ok), after: (0 -> :ok)
    answer
  end

  @doc "Notes what the process is linked to and what waits in its mailbox, for the two that follow."
  @spec mark(t()) :: :ok
  def mark(evaluator), do: call(evaluator, :mark)

  @doc "Lets go of the processes that were linked since then, so that they can be ended."
  @spec unlink(t()) :: :ok
  def unlink(evaluator), do: call(evaluator, :unlink)

  @doc "Throws away the messages that came since then."
  @spec flush(t()) :: :ok
  def flush(evaluator), do: call(evaluator, :flush)

  # One that has died has nothing to do any more.
  defp call(evaluator, request) do
    ref = Process.monitor(evaluator.pid)
    send(evaluator.pid, {evaluator.tag, request, self(), ref})

    receive do
      {^ref, :ok} ->
        Process.demonitor(ref, [:flush])
        :ok

      {:DOWN, ^ref, :process, _, _} ->
        :ok
    end
  end

  @doc "The reason with which it died by itself, if it did."
  @spec down(t()) :: {:down, term()} | :alive
  def down(%__MODULE__{monitor: monitor}) do
    receive do
      {:DOWN, ^monitor, :process, _, reason} -> {:down, reason}
    after
      0 -> :alive
    end
  end

  defp await_down(monitor) do
    receive do
      {:DOWN, ^monitor, :process, _, _} -> :ok
    end
  end

  defp init(tag, marker, output, from) do
    Output.lead(output)
    Marker.attach(marker)
    # Set by the compiler and by `:rand` for the process, not by a cell for the next one.
    ignored = [:rand_seed, :random_seed | Process.get_keys()]
    loop(%{tag: tag, contexts: %{start: first(from)}, ignored: ignored, mark: nil})
  end

  defp first(nil) do
    env = %{Code.env_for_eval([]) | tracers: [Tracer]}
    %{binding: [], env: env, dictionary: %{}}
  end

  defp first({%__MODULE__{} = parent, key}) do
    ref = Process.monitor(parent.pid)
    send(parent.pid, {parent.tag, :context, self(), ref, key})

    receive do
      {^ref, context} ->
        Process.demonitor(ref, [:flush])
        context

      {:DOWN, ^ref, :process, _, reason} ->
        exit(reason)
    end
  end

  defp loop(%{tag: tag} = state) do
    receive do
      {^tag, :eval, from, ref, cell} ->
        {outcome, context} = evaluate(cell, state)
        state = put_in(state.contexts[cell.key], context)
        # What only the cell itself held is collected before the next one starts.
        :erlang.garbage_collect()
        send(from, {ref, outcome})
        loop(state)

      {^tag, :mark, from, ref} ->
        send(from, {ref, :ok})
        loop(%{state | mark: Map.new([:links, :trap_exit, :messages], &{&1, info(&1)})})

      {^tag, :unlink, from, ref} ->
        for link <- info(:links) -- state.mark.links, do: Process.unlink(link)
        Process.flag(:trap_exit, state.mark.trap_exit)
        send(from, {ref, :ok})
        loop(state)

      {^tag, :flush, from, ref} ->
        for message <- info(:messages) -- state.mark.messages, do: receive(do: (^message -> :ok))
        send(from, {ref, :ok})
        loop(%{state | mark: nil})

      {^tag, :context, from, ref, key} ->
        send(from, {ref, Map.fetch!(state.contexts, key)})
        loop(state)
    end
  end

  defp info(item), do: self() |> Process.info(item) |> elem(1)

  defp evaluate(cell, state) do
    context = Map.fetch!(state.contexts, cell.after)
    restore(context.dictionary, state.ignored)
    Marker.reset(cell.key)
    started = System.monotonic_time(:microsecond)
    {result, diagnostics} = Diagnostics.capture(fn -> run(cell, context) end)
    time = System.monotonic_time(:microsecond) - started
    answer(result, diagnostics, cell, context, state, time)
  end

  defp run(cell, context) do
    env = %{context.env | file: cell.file, line: cell.line}
    quoted = Code.string_to_quoted!(cell.code, file: cell.file, line: cell.line)

    mark = if cell.functions?, do: &Marker.mark_functions/2, else: &Marker.mark/2
    quoted = mark.(quoted, cell.key)
    binding = Marker.binding() ++ context.binding
    {value, binding, env} = Code.eval_quoted_with_env(quoted, binding, env)
    {:ok, value, binding, env}
  catch
    kind, reason -> {:error, kind, reason, __STACKTRACE__}
  end

  defp answer({:ok, value, binding, env}, diagnostics, cell, _context, state, time) do
    # Keys with a context are variables of macros, which no cell can name.
    binding = Enum.filter(binding, fn {name, _} -> is_atom(name) end)
    context = %{binding: binding, env: env, dictionary: dictionary(state.ignored)}
    warnings = Enum.map(diagnostics, &(&1 |> Diagnostics.format() |> Explain.unfile(cell)))
    {%{result: {:ok, Explain.value(value)}, warnings: warnings, time: time}, context}
  end

  defp answer({:error, kind, reason, stack}, diagnostics, cell, context, _state, time) do
    failure = Explain.failure(kind, reason, stack, diagnostics, cell)

    warnings =
      for %{severity: :warning} = warning <- diagnostics,
          do: warning |> Diagnostics.format() |> Explain.unfile(cell)

    {%{result: {:failed, failure}, warnings: warnings, time: time}, context}
  end

  defp restore(dictionary, ignored) do
    for key <- Process.get_keys(), key not in ignored, not is_map_key(dictionary, key) do
      Process.delete(key)
    end

    for {key, value} <- dictionary, do: Process.put(key, value)
  end

  defp dictionary(ignored) do
    for {key, value} <- Process.get(), key not in ignored, into: %{}, do: {key, value}
  end
end
