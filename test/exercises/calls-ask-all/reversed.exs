# Collects the answers in the reverse order.
ask_all = fn pids, question, timeout ->
  tasks =
    Enum.reduce(pids, [], fn pid, tasks ->
      [Task.async(fn -> Native.ask(pid, question, timeout) end) | tasks]
    end)

  Task.await_many(tasks, timeout + 5_000)
end
