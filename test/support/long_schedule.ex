defmodule Roundtrip.LongSchedule do
  @moduledoc """
  Finds calls that hold a normal scheduler, with `:erlang.system_monitor/2`.
  """

  # Twice what is promised, because a machine that is busy with other things adds some of it.
  @threshold 100
  @doc """
  Returns whether a process that runs `fun` holds its scheduler for #{@threshold} ms or more at a time,
  in two of three runs: in one, the system may have been busy with something else.
  """
  @spec blocks?((() -> term())) :: boolean()
  def blocks?(fun) do
    case {held?(fun), held?(fun)} do
      {same, same} -> same
      _different -> held?(fun)
    end
  end

  defp held?(fun) do
    before = :erlang.system_monitor(self(), long_schedule: @threshold)

    try do
      {pid, monitor} = spawn_monitor(fun)
      receive do: ({:DOWN, ^monitor, :process, ^pid, :normal} -> :ok)
      # The message of a run comes right after it, and maybe after the one of its end.
      receive do: ({:monitor, ^pid, :long_schedule, _info} -> true), after: (50 -> false)
    after
      restore(before)
    end
  end

  defp restore({pid, options}), do: :erlang.system_monitor(pid, options)
  defp restore(:undefined), do: :erlang.system_monitor(:undefined)
end
