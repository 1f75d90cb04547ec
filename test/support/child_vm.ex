defmodule Roundtrip.ChildVM do
  @moduledoc """
  Evaluates code in a VM of its own, because it might end that VM or never return.
  """

  @doc """
  Returns the exit status of the VM: 0 if the code returned, 1 if it raised. Returns `:killed` if it
  was still running after `timeout` milliseconds.
  """
  @spec run(String.t(), non_neg_integer()) :: non_neg_integer() | :killed
  def run(code, timeout \\ 10_000) do
    paths = Enum.flat_map(:code.get_path(), &["-pa", to_string(&1)])
    args = paths ++ ["-e", code]
    options = [:binary, :exit_status, :stderr_to_stdout, :hide, args: args]
    port = Port.open({:spawn_executable, System.find_executable("elixir")}, options)
    {:os_pid, os_pid} = Port.info(port, :os_pid)
    await(port, os_pid, System.monotonic_time(:millisecond) + timeout)
  end

  defp await(port, os_pid, deadline) do
    receive do
      {^port, {:exit_status, status}} -> status
      {^port, {:data, _printed}} -> await(port, os_pid, deadline)
    after
      max(deadline - System.monotonic_time(:millisecond), 0) ->
        # It may be unable to end by itself, so the system ends it.
        System.cmd("kill", ["-9", to_string(os_pid)])
        :killed
    end
  end
end
