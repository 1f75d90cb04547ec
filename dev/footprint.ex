defmodule Roundtrip.Footprint do
  @moduledoc "Measures memory, files, sockets and threads of the VM with `/proc`, to find leaks."

  @type t :: %{atom() => non_neg_integer()}

  @doc """
  Garbage collects every process, then returns counts, and memory sizes in bytes.

    * `rss`, `binaries` - the memory of the OS process, and of the VM's binaries
    * `processes`, `ports` - those of the VM
    * `messages` - those in the mailboxes of all processes
    * `atoms` - which are never freed
    * `files`, `sockets` - file descriptors of the OS process, and the sockets among them
    * `threads` - all threads of the OS process
    * `rust_threads`, `resources` - see `Roundtrip.live_counts/0`
  """
  @spec now() :: t()
  def now do
    Enum.each(Process.list(), &:erlang.garbage_collect/1)
    live = Roundtrip.live_counts()
    files = for file <- ls("/proc/self/fd"), do: File.read_link("/proc/self/fd/#{file}")

    %{
      rss: rss(),
      binaries: :erlang.memory(:binary),
      processes: length(Process.list()),
      ports: length(Port.list()),
      messages: messages(),
      atoms: :erlang.system_info(:atom_count),
      files: length(files),
      sockets: Enum.count(files, &match?({:ok, "socket:" <> _}, &1)),
      threads: length(ls("/proc/self/task")),
      rust_threads: live.threads,
      resources: live.resources
    }
  end

  @doc "Returns how much each value has grown since `base`, if by more than its entry in `slack`."
  @spec above(t(), t(), t()) :: t()
  def above(now, base, slack \\ %{}) do
    for {name, value} <- now,
        more = value - base[name],
        more > Map.get(slack, name, 0),
        into: %{},
        do: {name, more}
  end

  defp messages do
    for pid <- Process.list(),
        {:message_queue_len, count} <- [Process.info(pid, :message_queue_len)],
        reduce: 0,
        do: (sum -> sum + count)
  end

  defp rss do
    with {:ok, status} <- File.read("/proc/self/status"),
         [_, kilobytes] <- Regex.run(~r/VmRSS:\s+(\d+)/, status),
         do: String.to_integer(kilobytes) * 1_024,
         else: (_no_proc -> 0)
  end

  defp ls(folder) do
    case File.ls(folder) do
      {:ok, names} -> names
      {:error, _no_proc} -> []
    end
  end
end
