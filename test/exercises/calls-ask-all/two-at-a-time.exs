# Asks only a few at a time, as async_stream does unless it is told more.
ask_all = fn pids, question, timeout ->
  pids
  |> Task.async_stream(&Native.ask(&1, question, timeout), max_concurrency: 2)
  |> Enum.map(fn {:ok, outcome} -> outcome end)
end
