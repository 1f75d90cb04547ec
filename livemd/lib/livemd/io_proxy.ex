defmodule Livemd.IOProxy do
  @moduledoc """
  The group leader of a notebook's processes.

  It starts the process that evaluates the cells, keeps what the notebook's processes print and log,
  notes which modules they define, and in the end takes all of that away. Reading from it returns
  `{:error, :enotsup}`, as in Livebook. It ends with the process that started it.
  """

  @key {__MODULE__, :pid}

  # A process that keeps spawning others must not keep the notebook from ending.
  @rounds 100

  # A cell that prints in a loop must not fill the memory.
  @limit 1_000_000

  @typedoc "How many modules were defined, and which processes ran."
  @opaque mark :: {non_neg_integer(), [pid()]}

  @doc """
  Starts a proxy, and under it a process that calls `fun` with the proxy. When that process dies,
  the caller gets `{tag, :down, reason}`.

  The proxy alone monitors that process, so that a cell that kills whatever it finds around itself
  finds the proxy, and not the process that runs the notebook.
  """
  @spec start(reference(), (pid() -> term())) :: {proxy :: pid(), pid()}
  def start(tag, fun) do
    owner = self()
    proxy = spawn(fn -> init(owner, tag, fun) end)
    receive do: ({^tag, :started, pid} -> {proxy, pid})
  end

  @doc "Makes the proxy the group leader of the calling process."
  @spec lead(pid()) :: :ok
  def lead(proxy) do
    Process.put(@key, proxy)
    Process.group_leader(self(), proxy)
    :ok
  end

  @doc "Notes a module that the calling process has defined."
  @spec defined(module()) :: :ok
  def defined(module) do
    # During `capture_io` the process has another group leader.
    send(Process.get(@key) || Process.group_leader(), {__MODULE__, :defined, module})
    :ok
  end

  @doc "Returns what was printed and which modules were defined since the last call."
  @spec take(pid()) :: {String.t(), [module()]}
  def take(proxy), do: call(proxy, :take, {"", []})

  @doc "Returns when the caller has got the `{tag, :down, reason}` of a process that has died."
  @spec await_report(pid()) :: :ok
  def await_report(proxy), do: call(proxy, :await_report, :ok)

  @doc "Returns what the notebook has defined and started so far, for `rewind/2`."
  @spec mark(pid()) :: mark()
  def mark(proxy), do: call(proxy, :mark, {0, []})

  @doc "Ends the processes that were started since then, and takes the modules away."
  @spec rewind(pid(), mark()) :: :ok
  def rewind(proxy, mark), do: call(proxy, {:rewind, mark}, :ok)

  @doc """
  Ends all processes of the notebook, takes its modules away, and ends. If a cell has killed the
  proxy, it is the caller who knows some of the modules.
  """
  @spec stop(pid(), [module()]) :: :ok
  def stop(proxy, modules) do
    if call(proxy, :stop, :killed) == :killed do
      end_processes(proxy, [], @rounds)
      delete(modules, &:code.purge/1)
    end

    :ok
  end

  @doc "Takes modules away, but not from a process that runs their code."
  @spec delete([module()]) :: :ok
  def delete(modules), do: delete(modules, &:code.soft_purge/1)

  defp delete(modules, purge) do
    for module <- Enum.uniq(modules) do
      purge.(module)
      :code.delete(module)
      purge.(module)
    end

    :ok
  end

  @doc "Returns the reply to a request of the IO protocol, and the text that it prints."
  @spec reply(term()) :: {term(), String.t()}
  def reply(request) do
    handle(request)
  catch
    # A process may send anything.
    _kind, _reason -> {{:error, :request}, ""}
  end

  defp handle({:put_chars, encoding, chars}) do
    case :unicode.characters_to_binary(chars, encoding, :unicode) do
      text when is_binary(text) -> {:ok, text}
      _incomplete_or_invalid -> {{:error, :no_translation}, ""}
    end
  end

  # Any other module could block the proxy; OTP itself passes only this one.
  defp handle({:put_chars, encoding, :io_lib, function, args}),
    do: handle({:put_chars, encoding, apply(:io_lib, function, args)})

  # The forms from before OTP R13 are still part of the protocol.
  defp handle({:put_chars, chars}), do: handle({:put_chars, :latin1, chars})

  defp handle({:put_chars, module, function, args}),
    do: handle({:put_chars, :latin1, module, function, args})

  # The first request that fails ends the list; the last reply counts.
  defp handle({:requests, requests}) do
    Enum.reduce_while(requests, {:ok, ""}, fn request, {_reply, text} ->
      {reply, more} = reply(request)
      {if(match?({:error, _}, reply), do: :halt, else: :cont), {reply, text <> more}}
    end)
  end

  defp handle(:getopts), do: {[binary: true, encoding: :unicode], ""}
  defp handle({:setopts, _}), do: {:ok, ""}
  defp handle({:get_geometry, _}), do: {{:error, :enotsup}, ""}

  defp handle(request)
       when elem(request, 0) in [:get_line, :get_chars, :get_until, :get_password],
       do: {{:error, :enotsup}, ""}

  defp handle(_unknown), do: {{:error, :request}, ""}

  @doc """
  Sends what a notebook's processes log to the output of their cell, as Livebook does. The handlers
  keep the filter, which ignores all other processes.
  """
  @spec capture_log() :: :ok
  def capture_log do
    # Elixir 1.14 has its own handler instead of :default.
    for handler <- [:default, Logger],
        do: :logger.add_handler_filter(handler, __MODULE__, {&__MODULE__.filter/2, []})

    :ok
  end

  @doc false
  def filter(%{meta: %{gl: leader} = meta} = event, _extra) do
    if proxy?(leader) do
      # OTP's progress and crash reports: Logger leaves them out, too, unless it is asked for them.
      report? = match?(%{domain: [:otp, :sasl | _]}, meta)
      unless report?, do: send(leader, {__MODULE__, :text, log_text(event)})
      :stop
    else
      :ignore
    end
  end

  def filter(_event, _extra), do: :ignore

  defp log_text(event) do
    config = %{template: ["[", :level, "] ", :msg, "\n"], single_line: false}
    event |> :logger_formatter.format(config) |> IO.chardata_to_string()
  end

  defp proxy?(pid) when is_pid(pid) and node(pid) == node() do
    case Process.info(pid, :dictionary) do
      {:dictionary, dictionary} -> List.keyfind(dictionary, @key, 0) == {@key, pid}
      nil -> false
    end
  end

  defp proxy?(_), do: false

  defp call(proxy, request, if_gone) do
    ref = Process.monitor(proxy)
    send(proxy, {__MODULE__, request, self(), ref})

    receive do
      {^ref, reply} ->
        Process.demonitor(ref, [:flush])
        reply

      {:DOWN, ^ref, :process, _, _} ->
        if_gone
    end
  end

  defp init(owner, tag, fun) do
    proxy = self()
    Process.put(@key, proxy)

    {pid, ref} =
      spawn_monitor(fn ->
        lead(proxy)
        fun.(proxy)
      end)

    send(owner, {tag, :started, pid})

    loop(%{
      owner: owner,
      owner_ref: Process.monitor(owner),
      tag: tag,
      evaluator: {pid, ref},
      text: [],
      size: 0,
      recent: [],
      modules: []
    })
  end

  defp loop(%{owner_ref: owner, evaluator: {pid, evaluator}} = state) do
    receive do
      {:io_request, from, reply_as, request} when is_pid(from) ->
        {reply, text} = reply(request)
        send(from, {:io_reply, reply_as, reply})
        loop(add(state, text))

      {__MODULE__, :text, text} when is_binary(text) ->
        loop(add(state, text))

      {__MODULE__, :defined, module} when is_atom(module) ->
        loop(%{state | recent: [module | state.recent], modules: [module | state.modules]})

      {__MODULE__, :take, from, ref} ->
        send(from, {ref, {IO.iodata_to_binary(state.text), Enum.uniq(state.recent)}})
        loop(%{state | text: [], size: 0, recent: []})

      {__MODULE__, :await_report, from, ref} ->
        state = if Process.alive?(pid), do: state, else: await_evaluator(state)
        send(from, {ref, :ok})
        loop(state)

      {__MODULE__, :mark, from, ref} ->
        send(from, {ref, {length(state.modules), led(self())}})
        loop(state)

      {__MODULE__, {:rewind, {definitions, pids}}, from, ref} ->
        {new, old} = Enum.split(state.modules, length(state.modules) - definitions)
        end_processes(self(), pids, @rounds)
        delete(new, &:code.purge/1)
        send(from, {ref, :ok})
        loop(%{state | modules: old})

      {__MODULE__, :stop, from, ref} ->
        clear(state)
        send(from, {ref, :ok})

      {:DOWN, ^owner, :process, _, _} ->
        clear(state)

      {:DOWN, ^evaluator, :process, _, reason} ->
        loop(evaluator_down(state, reason))

      _other ->
        loop(state)
    end
  end

  defp await_evaluator(%{evaluator: {_pid, nil}} = state), do: state

  defp await_evaluator(%{evaluator: {_pid, ref}} = state) do
    receive do: ({:DOWN, ^ref, :process, _, reason} -> evaluator_down(state, reason))
  end

  defp evaluator_down(%{evaluator: {pid, _ref}} = state, reason) do
    send(state.owner, {state.tag, :down, reason})
    %{state | evaluator: {pid, nil}}
  end

  defp add(%{size: size} = state, _text) when size > @limit, do: state

  defp add(state, text) do
    size = state.size + byte_size(text)
    text = if size > @limit, do: "\n... and more, which is not kept\n", else: text
    %{state | text: [state.text | text], size: size}
  end

  defp clear(state) do
    end_processes(self(), [], @rounds)
    delete(state.modules, &:code.purge/1)
  end

  # Each round may find what the processes of the last one had just spawned.
  defp end_processes(_proxy, _spared, 0), do: :ok

  defp end_processes(proxy, spared, rounds) do
    case led(proxy) -- spared do
      [] ->
        :ok

      pids ->
        refs = for pid <- pids, do: Process.monitor(pid)
        for pid <- pids, do: Process.exit(pid, :kill)
        for ref <- refs, do: receive(do: ({:DOWN, ^ref, :process, _, _} -> :ok))
        end_processes(proxy, spared, rounds - 1)
    end
  end

  defp led(proxy) do
    for pid <- Process.list(),
        pid != proxy,
        Process.info(pid, :group_leader) == {:group_leader, proxy},
        do: pid
  end
end
