# it stops after the second slice
count = fn primes, report ->
  [Native.primes_step(primes), Native.primes_step(primes)]
  |> Enum.find_value(fn
    {:more, next} ->
      report.(next)
      nil

    {:done, found} ->
      found
  end)
end
