# wrong: every text becomes an atom, and only then is it compared
parse = fn %{"value" => value, "unit" => unit} ->
  unit = String.to_atom(unit)

  if unit in [:nanosecond, :microsecond, :millisecond],
    do: {:ok, Native.convert(%Latency{value: value, unit: unit}, :microsecond)},
    else: {:error, :unknown_unit}
end
