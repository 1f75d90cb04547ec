# wrong: an existing atom isn't a unit yet, and Rust raises for it
parse = fn %{"value" => value, "unit" => unit} ->
  try do
    unit = String.to_existing_atom(unit)
    {:ok, Native.convert(%Latency{value: value, unit: unit}, :microsecond)}
  rescue
    ArgumentError -> {:error, :unknown_unit}
  end
end
