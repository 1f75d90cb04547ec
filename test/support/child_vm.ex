defmodule Roundtrip.ChildVM do
  @moduledoc """
  Evaluates code in a VM of its own, because it might end that VM or never return.
  """

  # Milliseconds between two looks at its memory.
  @interval 50

  @doc """
  Returns the exit status of the VM: 0 if the code returned, 1 if it raised. Returns `:killed` if it
  was still running after `timeout` milliseconds.

  With `max_bytes: n` it is killed, and `:too_large` returned, if it has that much memory. With
  `stderr: file` its standard error is appended to a file, and otherwise ignored.
  """
  @spec run(String.t(), non_neg_integer(), keyword()) ::
          non_neg_integer() | :killed | :too_large
  def run(code, timeout \\ 10_000, options \\ []) do
    paths = Enum.flat_map(:code.get_path(), &["-pa", to_string(&1)])
    stderr = Keyword.get(options, :stderr, "/dev/null")
    shell = ~s|exec "$@" 2>>"$0"|
    args = ["-c", shell, stderr, System.find_executable("elixir") | paths] ++ ["-e", code]
    # A crash dump would be left in the working directory.
    env = [{~c"ERL_CRASH_DUMP_BYTES", ~c"0"}]
    options = [max_bytes: options[:max_bytes], deadline: now() + timeout]

    port =
      Port.open({:spawn_executable, "/bin/sh"}, [
        :binary,
        :exit_status,
        :hide,
        args: args,
        env: env
      ])

    {:os_pid, os_pid} = Port.info(port, :os_pid)
    await(port, os_pid, Map.new(options))
  end

  defp await(port, os_pid, options) do
    receive do
      {^port, {:exit_status, status}} -> status
      {^port, {:data, _printed}} -> await(port, os_pid, options)
    after
      min(max(options.deadline - now(), 0), @interval) ->
        cond do
          now() >= options.deadline -> kill(port, os_pid, :killed)
          bytes(os_pid) > options.max_bytes -> kill(port, os_pid, :too_large)
          true -> await(port, os_pid, options)
        end
    end
  end

  # It may be unable to end by itself, so the system ends it.
  defp kill(port, os_pid, reason) do
    System.cmd("kill", ["-9", to_string(os_pid)])
    receive do: ({^port, {:exit_status, _status}} -> reason)
  end

  defp bytes(os_pid) do
    case File.read("/proc/#{os_pid}/statm") do
      {:ok, text} ->
        text |> String.split() |> Enum.at(1) |> String.to_integer() |> Kernel.*(4_096)

      {:error, _no_proc} ->
        0
    end
  end

  defp now, do: System.monotonic_time(:millisecond)
end
