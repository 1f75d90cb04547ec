defmodule Livemd.Output do
  @moduledoc """
  The group leader of a notebook's processes: it keeps what they print, knows which modules they
  defined, and in the end takes away whatever they started.

  Reading from it gives `{:error, :enotsup}`, as in Livebook. When the process that runs the
  notebook dies, everything of the notebook goes with it.
  """

  alias Livemd.IODevice

  @key {__MODULE__, :pid}

  # A process that goes on spawning must not keep the notebook from ending.
  @rounds 100

  # Enough for any lesson; a cell that prints in a loop must not fill the memory.
  @limit 1_000_000

  @typedoc "How many definitions, and which processes."
  @opaque mark :: {non_neg_integer(), [pid()]}

  @doc "Starts one for the notebook that `owner` runs."
  @spec start(pid()) :: pid()
  def start(owner) do
    spawn(fn ->
      Process.put(@key, self())
      loop(%{owner: Process.monitor(owner), text: [], size: 0, recent: [], modules: []})
    end)
  end

  @doc "Makes `output` the group leader of the calling process."
  @spec lead(pid()) :: :ok
  def lead(output) do
    Process.put(@key, output)
    Process.group_leader(self(), output)
    :ok
  end

  @doc "Whether `pid` leads a notebook's processes."
  @spec leader?(term()) :: boolean()
  def leader?(pid) when is_pid(pid) and node(pid) == node() do
    case Process.info(pid, :dictionary) do
      {:dictionary, dictionary} -> List.keyfind(dictionary, @key, 0) == {@key, pid}
      nil -> false
    end
  end

  def leader?(_), do: false

  @doc "Reports a module that the calling process, or one that stems from it, has defined."
  @spec defined(module()) :: :ok
  def defined(module) do
    # An evaluator whose group leader is replaced for a while, by capture_io, still knows its own.
    send(Process.get(@key) || Process.group_leader(), {__MODULE__, :defined, module})
    :ok
  end

  @doc "Adds text that did not come as an IO request."
  @spec write(pid(), IO.chardata()) :: :ok
  def write(output, text) do
    send(output, {__MODULE__, :text, IO.chardata_to_string(text)})
    :ok
  end

  @doc "Takes what was printed, and the modules that were defined, since the last time."
  @spec take(pid()) :: {String.t(), [module()]}
  def take(output), do: call(output, :take, {"", []})

  @doc "What the notebook has defined and started so far."
  @spec mark(pid()) :: mark()
  def mark(output), do: call(output, :mark, {0, []})

  @doc "Ends the processes that were started since then, and takes away the modules."
  @spec rewind(pid(), mark()) :: :ok
  def rewind(output, mark), do: call(output, {:rewind, mark}, :ok)

  @doc "Ends all processes of the notebook, takes away its modules, and ends."
  @spec stop(pid()) :: :ok
  def stop(output), do: call(output, :stop, :ok)

  @doc "Takes modules away; where a process still runs their code, it goes on."
  @spec delete([module()]) :: :ok
  def delete(modules) do
    for module <- modules do
      :code.soft_purge(module)
      :code.delete(module)
      :code.soft_purge(module)
    end

    :ok
  end

  defp call(output, request, if_gone) do
    ref = Process.monitor(output)
    send(output, {__MODULE__, request, self(), ref})

    receive do
      {^ref, reply} ->
        Process.demonitor(ref, [:flush])
        reply

      {:DOWN, ^ref, :process, _, _} ->
        if_gone
    end
  end

  defp loop(%{owner: owner} = state) do
    receive do
      {:io_request, from, reply_as, request} ->
        {reply, text} = IODevice.request(request)
        send(from, {:io_reply, reply_as, reply})
        loop(add(state, text))

      {__MODULE__, :text, text} ->
        loop(add(state, text))

      {__MODULE__, :defined, module} ->
        loop(%{state | recent: [module | state.recent], modules: [module | state.modules]})

      {__MODULE__, :take, from, ref} ->
        send(from, {ref, {IO.iodata_to_binary(state.text), Enum.uniq(state.recent)}})
        loop(%{state | text: [], size: 0, recent: []})

      {__MODULE__, :mark, from, ref} ->
        send(from, {ref, {length(state.modules), led()}})
        loop(state)

      {__MODULE__, {:rewind, {definitions, pids}}, from, ref} ->
        {new, old} = Enum.split(state.modules, length(state.modules) - definitions)
        end_processes(@rounds, pids)
        purge(new)
        send(from, {ref, :ok})
        loop(%{state | modules: old})

      {__MODULE__, :stop, from, ref} ->
        clear(state)
        send(from, {ref, :ok})

      {:DOWN, ^owner, :process, _, _} ->
        clear(state)

      _other ->
        loop(state)
    end
  end

  defp add(%{size: size} = state, _text) when size > @limit, do: state

  defp add(state, text) do
    size = state.size + byte_size(text)
    text = if size > @limit, do: "\n... and more, which is not kept\n", else: text
    %{state | text: [state.text | text], size: size}
  end

  defp clear(state) do
    end_processes(@rounds, [])
    purge(state.modules)
  end

  defp purge(modules) do
    for module <- Enum.uniq(modules) do
      :code.purge(module)
      :code.delete(module)
      :code.purge(module)
    end
  end

  # Each round may find what the last one's victims had just spawned.
  defp end_processes(0, _spared), do: :ok

  defp end_processes(rounds, spared) do
    case led() -- spared do
      [] ->
        :ok

      pids ->
        refs = for pid <- pids, do: kill(pid)
        for ref <- refs, do: await_down(ref)
        end_processes(rounds - 1, spared)
    end
  end

  defp led do
    me = self()

    for pid <- Process.list(),
        pid != me,
        Process.info(pid, :group_leader) == {:group_leader, me} do
      pid
    end
  end

  defp kill(pid) do
    ref = Process.monitor(pid)
    Process.exit(pid, :kill)
    ref
  end

  defp await_down(ref) do
    receive do
      {:DOWN, ^ref, :process, _, _} -> :ok
    end
  end
end
