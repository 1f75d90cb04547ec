defmodule Roundtrip.LongSchedule do
  @moduledoc """
  Watches all tests, and all cells of the lessons, for NIFs that hold a normal scheduler for 50 ms or
  more. `@doc blocks: "reason"` announces one that may.

  It is an ExUnit formatter, which runs as long as the tests, and owns the VM's only
  `:erlang.system_monitor/2`. Code that takes the monitor gives it back with the value that
  `system_monitor/2` returned; if its process ends before, the guard takes it back. Tests that watch one
  call use `blocks?/1` instead.

  The VM reports the time between two switches of a process, whatever it did and whether or not the
  system let it run. So three things make a report a suspicion:

    * At least 50 ms remain without the time in which a scheduler's thread waited for a CPU, which
      Linux counts in `/proc/self/task/*/schedstat`.
    * A NIF of this package that isn't dirty was called meanwhile. The VM counts the calls with
      `:call_count`, which adds some 5 ns to each.
    * None of the NIFs called meanwhile is announced.

  After the suite, each suspected test runs again, alone, up to twice. If one NIF is under suspicion in
  two of the three runs, the suite fails.
  """

  use GenServer

  alias Roundtrip.DocMetadata

  @threshold 50
  # Milliseconds between two samples. The fewer, the less is blamed on the machine.
  @tick 25
  # How long samples and finished tests are kept. A call can't be held longer without a reason.
  @kept 5_000
  @modules %{Roundtrip.Native => "native/nif", Roundtrip.Server.Native => "native/server"}
  # The file for the suspicions of a test that is run again.
  @again "ROUNDTRIP_LONG_SCHEDULE"
  # If more tests than these are suspected, one cause is likely, and they are enough to find it.
  @most_repeated 3

  @typedoc "A suspicion: how long a scheduler was held, and by which NIFs maybe."
  @type hold :: %{milliseconds: pos_integer(), nifs: [mfa()], pid: pid()}

  @doc "Adds the guard to ExUnit. Call it in `test_helper.exs` after `ExUnit.start/1`."
  @spec watch() :: :ok
  def watch do
    ExUnit.configure(formatters: ExUnit.configuration()[:formatters] ++ [__MODULE__])
    ExUnit.after_suite(fn _result -> judge(suspicions()) end)
    :ok
  end

  @doc """
  Names the cell that was evaluated until now, for reports on it. A cell that holds schedulers on
  purpose is not suspected.
  """
  @spec cell_finished(String.t(), boolean()) :: :ok
  def cell_finished(cell, on_purpose?),
    do: GenServer.cast(__MODULE__, {:cell_finished, cell, on_purpose?})

  @doc """
  Returns whether a process that runs `fun` holds its scheduler for #{@threshold} ms or more at a time,
  and calls a NIF meanwhile, in two of three runs: in one, the system may have been busy otherwise.
  """
  @spec blocks?((() -> term())) :: boolean()
  def blocks?(fun) do
    case {held?(fun), held?(fun)} do
      {same, same} -> same
      _different -> held?(fun)
    end
  end

  defp held?(fun) do
    {pid, monitor} = spawn_bound(fun)
    receive do: ({:DOWN, ^monitor, :process, ^pid, :normal} -> :ok)
    Enum.any?(holds(), &(&1.pid == pid and &1.nifs != []))
  end

  @doc """
  Spawns a process with a monitor on a known scheduler, so that the guard knows how long that one waited
  for a CPU. For other processes it assumes what the scheduler did that waited longest.
  """
  @spec spawn_bound((() -> term())) :: {pid(), reference()}
  def spawn_bound(fun) do
    scheduler = System.schedulers_online()

    bound = fn ->
      :ok = GenServer.call(__MODULE__, {:bound, self(), scheduler}, :infinity)
      fun.()
    end

    # The option is undocumented, as in `Roundtrip.Schedulers`.
    :erlang.spawn_opt(bound, [:monitor, {:scheduler, scheduler}])
  end

  @doc "Returns the holds of the last #{div(@kept, 1000)} seconds, announced or not."
  @spec holds() :: [hold()]
  def holds do
    # The VM's report about a run comes right after it, so maybe after the caller has noticed its end.
    for _scheduler <- 1..2, do: :erlang.statistics(:microstate_accounting)
    GenServer.call(__MODULE__, :holds, :infinity)
  end

  @doc "Returns the NIFs of a module that are announced to hold a scheduler, with the reason."
  @spec announced(module()) :: %{{atom(), arity()} => String.t()}
  def announced(module) do
    for {function, %{blocks: why}} <- DocMetadata.of(module), into: %{}, do: {function, why}
  end

  # The VM doesn't say which NIFs run on dirty schedulers, so the sources are asked.
  defp dirty(crate) do
    attribute = ~r/^#\[rustler::nif\(schedule = "Dirty\w+".*\]\n(?:#\[.*\n)*fn (\w+)/m

    for file <- Path.wildcard("#{crate}/src/**/*.rs"),
        [name] <- Regex.scan(attribute, File.read!(file), capture: :all_but_first),
        do: String.to_atom(name)
  end

  @doc false
  def start_link(options \\ []), do: GenServer.start_link(__MODULE__, options)

  @impl true
  def init(_options) do
    Process.flag(:priority, :high)
    Process.register(self(), __MODULE__)

    # Calls are counted from the next sample on after a module is loaded. The server's is loaded only by
    # tests that start one.
    Code.ensure_loaded!(Roundtrip.Native)
    modules = Map.keys(@modules)

    state = %{
      announced: for(module <- modules, {{f, a}, _} <- announced(module), do: {module, f, a}),
      dirty: for({module, crate} <- @modules, name <- dirty(crate), do: {module, name}),
      threads: open_schedstats(),
      samples: [],
      bound: [],
      tests: [],
      holds: [],
      suspicions: []
    }

    {:ok, tick(state)}
  end

  @impl true
  def handle_call(:holds, _from, state), do: {:reply, state.holds, state}

  def handle_call({:bound, pid, scheduler}, _from, state),
    do: {:reply, :ok, %{state | bound: [{pid, scheduler} | Enum.take(state.bound, 99)]}}

  @impl true
  def handle_cast({:test_started, test}, state),
    do: {:noreply, name_cell(%{state | tests: [{test, :running} | state.tests]}, "no cell")}

  def handle_cast({:test_finished, %{name: name, module: module}}, state) do
    tests =
      for {test, finished} <- state.tests do
        same? = {test.name, test.module} == {name, module}
        {test, if(same?, do: now(), else: finished)}
      end

    {:noreply, %{state | tests: tests}}
  end

  def handle_cast({:cell_finished, _cell, true}, state),
    do: {:noreply, %{state | suspicions: Enum.filter(state.suspicions, & &1.cell)}}

  def handle_cast({:cell_finished, cell, false}, state), do: {:noreply, name_cell(state, cell)}

  def handle_cast({:suite_finished, _times}, state) do
    :persistent_term.put(__MODULE__, Enum.reverse(state.suspicions))
    {:noreply, state}
  end

  def handle_cast(_event, state), do: {:noreply, state}

  @impl true
  def handle_info(:tick, state), do: {:noreply, tick(state)}

  def handle_info({:monitor, pid, :long_schedule, info}, state) when is_pid(pid) do
    began = now() - info[:timeout]
    sample = sample(state.threads)
    before = Enum.find(state.samples, List.last(state.samples), &(&1.time <= began))
    {_pid, scheduler} = List.keyfind(state.bound, pid, 0, {pid, nil})
    milliseconds = info[:timeout] - waited(before, sample, scheduler)

    hold = %{
      milliseconds: milliseconds,
      nifs: called(before, sample, state.dirty),
      pid: pid,
      at: sample.time
    }

    {:noreply, if(milliseconds < @threshold, do: state, else: held(hold, began, state))}
  end

  def handle_info(_port_or_other, state), do: {:noreply, state}

  defp held(hold, began, state) do
    state = %{state | holds: [hold | state.holds]}

    if hold.nifs == [] or Enum.any?(hold.nifs, &(&1 in state.announced)) do
      state
    else
      # `:running` sorts after every integer.
      tests = for {test, finished} <- state.tests, finished >= began, do: test
      suspicion = Map.merge(hold, %{tests: tests, cell: nil})
      %{state | suspicions: [suspicion | state.suspicions]}
    end
  end

  defp name_cell(state, cell) do
    suspicions = for hold <- state.suspicions, do: %{hold | cell: hold.cell || cell}
    %{state | suspicions: suspicions}
  end

  defp tick(state) do
    take_monitor()
    Process.send_after(self(), :tick, @tick)
    old = now() - @kept

    %{
      state
      | samples: [sample(state.threads) | Enum.take(state.samples, div(@kept, @tick))],
        holds: Enum.filter(state.holds, &(&1.at > old)),
        # `:running` sorts after every integer.
        tests: Enum.filter(state.tests, fn {_test, finished} -> finished > old end)
    }
  end

  # A process that has taken the monitor keeps it until it gives it back or ends.
  defp take_monitor do
    if :erlang.system_monitor() == :undefined,
      do: :erlang.system_monitor(self(), long_schedule: @threshold - 1)
  end

  # The time comes last: while the files are read, other processes run, and a call of theirs that is counted
  # already would be missing from a hold that began after that time.
  defp sample(threads) do
    waits = waits(threads)
    calls = calls()
    %{time: now(), waits: waits, calls: calls}
  end

  # How long each scheduler's thread has waited for a CPU so far, in milliseconds.
  defp waits(threads) do
    for file <- threads do
      {:ok, text} = :file.pread(file, 0, 100)
      [_ran, waited, _slices] = String.split(text)
      div(String.to_integer(waited), 1_000_000)
    end
  end

  # In the order of the schedulers.
  defp open_schedstats do
    files =
      for path <- Path.wildcard("/proc/self/task/*/comm"),
          {:ok, name} <- [File.read(path)],
          [_, number] <- [Regex.run(~r/^(?:erts_sched_)?(\d+)(?:_scheduler)?$/m, name)],
          {:ok, file} <- [:file.open(Path.join(Path.dirname(path), "schedstat"), [:raw, :binary])],
          do: {String.to_integer(number), file}

    for {_number, file} <- Enum.sort_by(files, &elem(&1, 0)), do: file
  end

  defp waited(before, now, scheduler) do
    waits = Enum.zip_with(before.waits, now.waits, &(&2 - &1))
    if scheduler, do: Enum.at(waits, scheduler - 1, 0), else: Enum.max(waits, fn -> 0 end)
  end

  defp calls do
    for module <- Map.keys(@modules), :erlang.module_loaded(module), reduce: %{} do
      calls ->
        Map.put(calls, module, for(nif <- module.module_info(:nifs), do: count(module, nif)))
    end
  end

  defp count(module, {name, arity}) do
    case :erlang.trace_info({module, name, arity}, :call_count) do
      {:call_count, count} when is_integer(count) ->
        count

      # The module was loaded since the last sample.
      {:call_count, _false} ->
        :erlang.trace_pattern({module, name, arity}, true, [:call_count])
        0
    end
  end

  defp called(before, now, dirty) do
    for {module, counts} <- now.calls,
        {{name, arity}, is, was} <- zip(module, counts, before.calls[module]),
        is > was and {module, name} not in dirty,
        do: {module, name, arity}
  end

  defp zip(module, counts, nil), do: zip(module, counts, Enum.map(counts, fn _ -> 0 end))
  defp zip(module, counts, before), do: Enum.zip([module.module_info(:nifs), counts, before])

  defp now, do: System.monotonic_time(:millisecond)

  defp suspicions, do: :persistent_term.get(__MODULE__, [])

  # After the suite

  defp judge(suspicions) do
    case System.get_env(@again) do
      nil ->
        suspicions
        |> by_test()
        |> Enum.take(@most_repeated)
        |> Enum.flat_map(&confirm/1)
        |> fail()

      file ->
        File.write!(file, :erlang.term_to_binary(for(hold <- suspicions, do: hold.nifs)))
    end
  end

  defp by_test(suspicions) do
    for(suspicion <- suspicions, test <- suspicion.tests, do: {test, suspicion})
    |> Enum.group_by(fn {test, _} -> {test.tags.file, test.name} end, fn {_, hold} -> hold end)
  end

  defp confirm({test, holds}) do
    nifs = for(hold <- holds, nif <- hold.nifs, do: nif) |> Enum.uniq()

    case guilty(test, nifs) do
      [] -> []
      guilty -> [text(test, holds, guilty)]
    end
  end

  # Two of three runs: the second run is needed only if the first doesn't agree.
  defp guilty(test, nifs) do
    first = repeat(test)
    confirmed = Enum.filter(nifs, &(&1 in first))

    if confirmed == [] do
      second = repeat(test)
      Enum.filter(Enum.uniq(nifs ++ first), &(&1 in second))
    else
      confirmed
    end
  end

  # Returns the NIFs under suspicion when the test runs alone.
  defp repeat({file, name}) do
    result = Path.join(System.tmp_dir!(), "roundtrip-held-#{System.pid()}")
    arguments = ["test", "--no-compile", Path.relative_to_cwd(file), "--only", "test:#{name}"]
    env = [{@again, result}, {"MIX_ENV", "test"}]
    System.cmd("mix", arguments, env: env, stderr_to_stdout: true)

    holds =
      with {:ok, binary} <- File.read(result), do: :erlang.binary_to_term(binary), else: (_ -> [])

    File.rm(result)
    holds |> List.flatten() |> Enum.uniq()
  end

  defp text({file, name}, holds, guilty) do
    cells = for %{cell: cell} <- holds, cell not in [nil, "no cell"], do: cell
    place = if cells == [], do: "", else: " (#{Enum.join(Enum.uniq(cells), ", ")})"
    longest = holds |> Enum.map(& &1.milliseconds) |> Enum.max()

    nifs = for {module, name, arity} <- guilty, do: Exception.format_mfa(module, name, arity)

    """
    #{Path.relative_to_cwd(file)}: #{name}#{place}
      held a normal scheduler for #{longest} ms, in two of three runs, while it called
      #{Enum.join(nifs, ", ")}
    """
  end

  defp fail([]), do: :ok

  defp fail(texts) do
    IO.puts(
      "\nA NIF held a scheduler unannounced (see CONTRIBUTING.md):\n\n#{Enum.join(texts, "\n")}"
    )

    System.at_exit(fn _status -> exit({:shutdown, 1}) end)
  end
end
