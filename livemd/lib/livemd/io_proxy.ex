defmodule Livemd.IOProxy do
  @moduledoc """
  The group leader of a notebook's processes.

  It starts the process that evaluates the cells, collects what the notebook's processes print and
  log, and records the modules that they define. At the end it kills these processes and deletes these
  modules. Reading from it returns `{:error, :enotsup}`, as in Livebook. It stops when the process that
  started it dies.
  """

  @key {__MODULE__, :pid}

  # A process that keeps spawning others must not keep the notebook from ending.
  @rounds 100

  # Bytes. A cell that prints in a loop must not fill the memory.
  @limit 1_000_000

  @typedoc "How many modules were defined so far, and which processes were running."
  @opaque mark :: {non_neg_integer(), [pid()]}

  @doc """
  Starts a proxy and a process that calls `fun` with the proxy's pid. When that process dies, the
  caller receives `{tag, :down, reason}`.

  Only the proxy monitors that process. So a cell that kills every process that is linked to its own
  or monitors it kills the proxy, and not the process that runs the notebook.
  """
  @spec start(reference(), (pid() -> term())) :: {proxy :: pid(), pid()}
  def start(tag, fun) do
    owner = self()
    proxy = spawn(fn -> init(owner, tag, fun) end)
    receive do: ({^tag, :started, pid} -> {proxy, pid})
  end

  @doc "Makes the proxy the group leader of the calling process."
  @spec become_leader(pid()) :: true
  def become_leader(proxy) do
    Process.put(@key, proxy)
    Process.group_leader(self(), proxy)
  end

  @doc "Records a module that the calling process has defined."
  @spec record_module(module()) :: :ok
  def record_module(module) do
    # During `capture_io` the process has another group leader.
    send(Process.get(@key) || Process.group_leader(), {__MODULE__, :defined, module})
    :ok
  end

  @doc "Returns the text printed and the modules defined since the last call, or `:killed`."
  @spec take(pid()) :: {String.t(), [module()]} | :killed
  def take(proxy), do: request(proxy, __MODULE__, :take, :killed)

  @doc "Returns which modules and processes the notebook has so far, for `rewind/2`."
  @spec mark(pid()) :: mark()
  def mark(proxy), do: request(proxy, __MODULE__, :mark, {0, []})

  @doc "Kills the processes that were started since the mark, and deletes the modules."
  @spec rewind(pid(), mark()) :: :ok
  def rewind(proxy, mark), do: request(proxy, __MODULE__, {:rewind, mark}, :ok)

  @doc """
  Kills all processes of the notebook, deletes its modules, and stops. Returns `{:down, reason}` if
  the evaluating process had died before. `modules` are deleted if a cell has killed the proxy.
  """
  @spec stop(pid(), [module()]) :: {:down, term()} | :alive
  def stop(proxy, modules) do
    with :killed <- request(proxy, __MODULE__, :stop, :killed) do
      kill_members(proxy, [], @rounds)
      delete(modules, &:code.purge/1)
      :alive
    end
  end

  @doc "Deletes modules, except for code that a process still runs."
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

  @doc "Sends a request to a process and returns its reply, or `if_dead` if it is dead."
  @spec request(pid(), term(), term(), term()) :: term()
  def request(pid, tag, request, if_dead) do
    ref = Process.monitor(pid)
    send(pid, {tag, request, self(), ref})

    receive do
      {^ref, reply} ->
        Process.demonitor(ref, [:flush])
        reply

      {:DOWN, ^ref, :process, _, _} ->
        if_dead
    end
  end

  @doc """
  Sends the log messages of a notebook's processes to the output of their cell, as Livebook does. The
  filter stays on the handlers, and ignores the messages of all other processes.
  """
  @spec capture_log() :: :ok
  def capture_log do
    # Elixir 1.14 has its own handler instead of :default.
    for handler <- [:default, Logger],
        do: :logger.add_handler_filter(handler, __MODULE__, {&__MODULE__.filter/2, []})

    :ok
  end

  @doc false
  def filter(%{meta: %{gl: proxy} = meta} = event, _extra) when node(proxy) == node() do
    with {:dictionary, dictionary} <- Process.info(proxy, :dictionary),
         {@key, ^proxy} <- List.keyfind(dictionary, @key, 0) do
      # Logger does not print OTP's progress and crash reports either.
      config = %{template: ["[", :level, "] ", :msg, "\n"], single_line: false}
      text = fn -> event |> :logger_formatter.format(config) |> IO.chardata_to_string() end
      unless match?(%{domain: [:otp, :sasl | _]}, meta), do: send(proxy, {__MODULE__, text.()})
      :stop
    else
      _not_a_proxy -> :ignore
    end
  end

  def filter(_event, _extra), do: :ignore

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

  # The first request that fails ends the list; the last reply counts.
  defp handle({:requests, requests}) do
    Enum.reduce_while(requests, {:ok, ""}, fn request, {_reply, text} ->
      {reply, more} = reply(request)
      {if(match?({:error, _}, reply), do: :halt, else: :cont), {reply, text <> more}}
    end)
  end

  defp handle(:getopts), do: {[binary: true, encoding: :unicode], ""}
  defp handle({:setopts, _}), do: {:ok, ""}

  defp handle(request)
       when elem(request, 0) in [:get_line, :get_chars, :get_until, :get_password, :get_geometry],
       do: {{:error, :enotsup}, ""}

  defp handle(_unknown), do: {{:error, :request}, ""}

  defp init(owner, tag, fun) do
    proxy = self()
    Process.put(@key, proxy)

    {pid, ref} =
      spawn_monitor(fn ->
        become_leader(proxy)
        fun.(proxy)
      end)

    send(owner, {tag, :started, pid})
    died = &send(owner, {tag, :down, &1})
    state = %{owner: Process.monitor(owner), evaluator: {pid, ref}, died: died, modules: []}
    loop(Map.merge(state, %{text: [], size: 0, recent: []}))
  end

  defp loop(%{owner: owner, evaluator: {_pid, evaluator}} = state) do
    receive do
      {:io_request, from, reply_as, request} when is_pid(from) ->
        {reply, text} = reply(request)
        send(from, {:io_reply, reply_as, reply})
        loop(add(state, text))

      {__MODULE__, text} when is_binary(text) ->
        loop(add(state, text))

      {__MODULE__, :defined, module} when is_atom(module) ->
        loop(%{state | recent: [module | state.recent], modules: [module | state.modules]})

      {__MODULE__, :stop, from, ref} ->
        send(from, {ref, stop(state)})

      {__MODULE__, request, from, ref} ->
        {reply, state} = serve(request, state)
        send(from, {ref, reply})
        loop(state)

      {:DOWN, ^owner, :process, _, _} ->
        stop(state)

      {:DOWN, ^evaluator, :process, _, reason} ->
        state.died.(reason)
        loop(%{state | evaluator: {nil, {:down, reason}}})

      _other ->
        loop(state)
    end
  end

  defp serve(:take, state) do
    reply = {IO.iodata_to_binary(state.text), Enum.uniq(state.recent)}
    {reply, %{state | text: [], size: 0, recent: []}}
  end

  defp serve(:mark, state), do: {{length(state.modules), members(self())}, state}

  defp serve({:rewind, {definitions, pids}}, state) do
    {new, old} = Enum.split(state.modules, length(state.modules) - definitions)
    kill_members(self(), pids, @rounds)
    delete(new, &:code.purge/1)
    {:ok, %{state | modules: old}}
  end

  defp stop(%{evaluator: evaluator} = state) do
    down = down(evaluator)
    serve({:rewind, {0, []}}, state)
    down
  end

  defp down({nil, down}), do: down

  defp down({pid, ref}) do
    if Process.alive?(pid),
      do: :alive,
      else: receive(do: ({:DOWN, ^ref, :process, _, reason} -> {:down, reason}))
  end

  defp add(%{size: size} = state, _text) when size > @limit, do: state

  defp add(state, text) do
    size = state.size + byte_size(text)
    text = if size > @limit, do: "\n... and more, which is not kept\n", else: text
    %{state | text: [state.text, text], size: size}
  end

  # The processes of one round may have spawned others before they were killed.
  defp kill_members(proxy, spared, rounds) do
    pids = members(proxy) -- spared

    if pids != [] and rounds > 0 do
      refs = for pid <- pids, do: Process.monitor(pid)
      for pid <- pids, do: Process.exit(pid, :kill)
      for ref <- refs, do: receive(do: ({:DOWN, ^ref, :process, _, _} -> :ok))
      kill_members(proxy, spared, rounds - 1)
    end
  end

  defp members(proxy) do
    for pid <- Process.list(),
        pid != proxy,
        Process.info(pid, :group_leader) == {:group_leader, proxy},
        do: pid
  end
end
