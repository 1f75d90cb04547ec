defmodule Roundtrip.Footprint do
  @moduledoc "What the VM holds of the machine now, as far as `/proc` says it."

  @type t :: %{atom() => non_neg_integer()}

  @doc """
  Counts, and memory in bytes, after a collection in every process.

    * `rss`, `binaries` - memory: the system's count of it, and the VM's of its binaries
    * `processes`, `ports` - the VM's own
    * `files`, `sockets` - descriptors of the whole OS process, and those of them that are sockets
    * `threads` - of the whole OS process
    * `rust_threads`, `resources` - `Roundtrip.live_counts/0`
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
      files: length(files),
      sockets: Enum.count(files, &match?({:ok, "socket:" <> _}, &1)),
      threads: length(ls("/proc/self/task")),
      rust_threads: live.threads,
      resources: live.resources
    }
  end

  @doc "What is above `base`, by how much, where that is more than `slack` allows."
  @spec above(t(), t(), t()) :: t()
  def above(now, base, slack \\ %{}) do
    for {name, value} <- now,
        more = value - base[name],
        more > Map.get(slack, name, 0),
        into: %{},
        do: {name, more}
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
