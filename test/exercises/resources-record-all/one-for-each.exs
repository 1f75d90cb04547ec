# Creates a histogram for each process.
record_all = fn record, latencies ->
  latencies
  |> Enum.map(fn latency -> Task.async(fn -> record.(Histogram.new(), latency) end) end)
  |> Task.await_many()
  |> List.last()
  |> Histogram.snapshot()
end
