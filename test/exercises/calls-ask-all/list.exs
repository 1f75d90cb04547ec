# Awaits the list of tasks as if it were one task, which raises.
ask_all = fn pids, question, timeout ->
  pids
  |> Enum.map(&Task.async(fn -> Native.ask(&1, question, timeout) end))
  |> Task.await(timeout + 5_000)
end
