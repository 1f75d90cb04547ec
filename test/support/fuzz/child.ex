defmodule Roundtrip.Fuzz.Child do
  @moduledoc "Calls the NIFs with random terms, in the VM that `Roundtrip.Fuzz` starts and watches."

  alias Roundtrip.Fuzz.{Arguments, Pool, Terms}
  alias Roundtrip.{DocMetadata, LongSchedule, Poll, Resources}

  @modules [Roundtrip.Native, Roundtrip.Server.Native]
  @batch 2_000
  # How long a call, or what it leaves behind, may take to end once its caller is killed, in milliseconds.
  @endless 20_000
  # Calls in a batch of a NIF that is announced to wait.
  @few 8
  # Calls at the start of a batch that are valid. Among a few random ones it may be that none is.
  @valid 4
  @outcomes [:returned, :rejected, :raised, :panicked, :killed]
  @panicked 4
  @killed 5
  # Messages after which a batch ends, because threads send more of them than it can read.
  @flood 50_000
  # How deep terms are printed.
  @depth 40
  # How long a batch may prepare itself and wait in a dirty NIF, in milliseconds, before it is killed.
  @patience 500

  @doc """
  Runs with these options:

    * `:seed` - an integer
    * `:calls` - how often each NIF is called
    * `:milliseconds` - the time after which a NIF gets no further batch
    * `:log` and `:stderr` - files that the parent reads: what runs, and what Rust's panics print
    * `:only` - a NIF such as `"add/2"`, or `nil`
    * `:replay` - the seed of a batch, which is run alone with each call in the log, or `nil`
  """
  @spec run(map()) :: :ok
  def run(options) do
    {:ok, _pid} = LongSchedule.start_link()
    file = open(options)
    dead = spawn(fn -> :ok end)
    :persistent_term.put({Terms, :dead}, dead)
    Terms.prepare()
    :rand.seed(:exsss, 0)
    {nifs, pool} = Pool.learn(nifs(), &log(file, "batch #{&1.text} learning"))
    flush()
    run = Map.merge(options, %{file: file, nifs: nifs, pool: pool, base: nil})
    settle(run)
    run = %{run | base: base()}

    for nif <- nifs,
        options.only in [nil, nif.text, "#{nif.name}/#{nif.arity}"],
        do: fuzz(nif, run)

    :ok
  end

  @doc "Returns the exported NIFs, as the VM lists them, with their documented exceptions."
  @spec nifs() :: [map()]
  def nifs do
    for module <- @modules,
        metadata = DocMetadata.of(module),
        {name, arity} <- Enum.sort(module.module_info(:nifs)) do
      metadata = Map.fetch!(metadata, {name, arity})

      %{
        module: module,
        name: name,
        arity: arity,
        text: Exception.format_mfa(module, name, arity),
        arguments: Arguments.new(module, name, arity),
        blocks: metadata[:blocks],
        waits: metadata[:waits],
        panics: metadata[:panics]
      }
    end
  end

  # Written at once, by the process that has opened it: the VM may end next.
  defp open(options) do
    {:ok, file} = :file.open(options.log, [:raw, :append])
    file
  end

  defp log(file, line), do: :ok = :file.write(file, [line, "\n"])

  defp fuzz(nif, run) do
    tally = :counters.new(length(@outcomes), [])
    began = now()
    left = fn -> run.milliseconds - (now() - began) end

    if run.replay do
      batch(nif, run.replay, tally, run.milliseconds, run)
    else
      0..div(run.calls - 1, @batch)
      |> Enum.take_while(fn n ->
        batch(nif, :erlang.phash2({run.seed, nif.text, n}), tally, max(left.(), 1), run)
        left.() > 0
      end)
    end

    counts =
      for {outcome, index} <- Enum.with_index(@outcomes, 1),
          do: " #{outcome}=#{:counters.get(tally, index)}"

    log(run.file, "done #{nif.text}#{counts}")
  end

  # Runs one batch in a process of its own, and checks what it leaves behind.
  defp batch(nif, seed, tally, milliseconds, run) do
    log(run.file, "batch #{nif.text} #{seed}")
    File.write!(run.stderr, "")
    before = :counters.get(tally, @panicked)
    pid = calls(nif, seed, tally, milliseconds, run)

    unless settle(run), do: fault(nif, seed, "it left #{inspect(left(run))}", run)

    # A panic in a call is an exception there. Others are in threads, or in what is dropped.
    others = Enum.drop(panics(run), :counters.get(tally, @panicked) - before)

    if others != [] and nif.panics == nil,
      do: fault(nif, seed, "panics outside of its calls: #{inspect(Enum.uniq(others))}", run)

    if nif.blocks == nil and held?(pid, nif) and again?(nif, seed, run),
      do: fault(nif, seed, "held a normal scheduler for 50 ms or more, unannounced", run)
  end

  # Unlike `inspect/2`, this also takes little time and memory for a deep term.
  defp brief(term), do: :io_lib.format("~0P", [term, @depth])

  defp fault(nif, seed, text, run), do: log(run.file, "fault #{nif.text} #{seed} #{text}")

  defp panics(run) do
    for [place] <-
          Regex.scan(~r/panicked at (.*):$/m, File.read!(run.stderr), capture: :all_but_first),
        do: place
  end

  defp held?(pid, nif) do
    Enum.any?(LongSchedule.holds(), fn hold ->
      hold.pid == pid and {nif.module, nif.name, nif.arity} in hold.nifs
    end)
  end

  # Two of three runs.
  defp again?(nif, seed, run) do
    Enum.any?(1..2, fn _ ->
      tally = :counters.new(length(@outcomes), [])
      pid = calls(nif, seed, tally, 2 * run.milliseconds, run)
      settle(run)
      held?(pid, nif)
    end)
  end

  defp calls(nif, seed, tally, milliseconds, run) do
    {pid, monitor} = LongSchedule.spawn_bound(fn -> loop(nif, seed, tally, milliseconds, run) end)

    case await(monitor, milliseconds + @patience) do
      :normal ->
        :ok

      :waits ->
        :counters.add(tally, @killed, 1)
        Process.exit(pid, :kill)
        # A process can't be killed while it is in a normal NIF.
        await(monitor, @endless) != :waits || stuck(nif, seed, run)

      reason ->
        fault(nif, seed, "its caller exited: #{brief(reason)}", run)
    end

    # A process that is killed while it runs a dirty NIF stays in the list until the NIF returns.
    Poll.until(fn -> pid not in Process.list() end, @endless) || stuck(nif, seed, run)
    pid
  end

  defp await(monitor, milliseconds) do
    receive do
      {:DOWN, ^monitor, :process, _pid, reason} -> reason
    after
      milliseconds -> :waits
    end
  end

  # This scheduler, or a dirty one, is lost.
  defp stuck(nif, seed, run) do
    fault(nif, seed, "doesn't return", run)
    :erlang.halt(1, flush: false)
  end

  defp loop(nif, seed, tally, milliseconds, run) do
    :rand.seed(:exsss, seed)
    pool = Pool.renew(run.pool, nif, run.nifs)
    trace = run.replay && open(run)
    deadline = now() + milliseconds

    calls = if nif.waits, do: @few, else: min(@batch, run.calls)

    Enum.find(1..calls, fn n ->
      arguments = if n <= @valid, do: valid(nif, pool), else: random(nif, pool)
      if trace, do: log(trace, "call #{nif.text} #{brief(arguments)}")

      :counters.add(tally, call(nif, arguments), 1)
      rem(n, 16) == 0 and (flush() > @flood or now() > deadline)
    end)
  end

  defp valid(nif, pool), do: Arguments.valid(nif.arguments, Pool.accepted(pool, nif))
  defp random(nif, pool), do: Arguments.random(nif.arguments, Pool.fill(pool, nif))

  # Returns the index of the outcome.
  defp call(nif, arguments) do
    apply(nif.module, nif.name, arguments)
    1
  catch
    :error, :badarg -> 2
    :error, :nif_panicked -> 4
    _, _ -> 3
  end

  # Returns how many messages there were, or one more than a flood: threads may send as fast as it reads.
  defp flush(count \\ 0)
  defp flush(count) when count > @flood, do: count
  defp flush(count), do: receive(do: (_message -> flush(count + 1)), after: (0 -> count))

  # Waits until the threads and resources of the batch are gone.
  defp settle(run) do
    Roundtrip.Server.Native.first_clean_up()
    :erlang.garbage_collect()
    Resources.Destructors.await()
    run.base == nil or Poll.until(fn -> left(run) == %{} end, @endless)
  end

  defp base, do: %{threads: threads(), resources: Roundtrip.live_counts().resources}

  defp left(run) do
    for {name, count} <- base(),
        count > run.base[name],
        into: %{},
        do: {name, count - run.base[name]}
  end

  # All, because `rustler::spawn` gives its threads no name.
  defp threads, do: length(Path.wildcard("/proc/self/task/*"))

  defp now, do: System.monotonic_time(:millisecond)
end
