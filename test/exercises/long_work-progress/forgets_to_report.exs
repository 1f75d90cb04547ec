# it counts all primes, and never reports
count = fn primes, _report ->
  fn -> Native.primes_step(primes) end
  |> Stream.repeatedly()
  |> Enum.find_value(fn
    {:more, _next} ->
      nil

    {:done, found} ->
      found
  end)
end
