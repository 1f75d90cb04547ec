# a negative base makes every power negative
power = fn multiply, base, exponent ->
  magnitude =
    base
    |> abs()
    |> List.duplicate(exponent)
    |> Enum.reduce(<<1>>, fn factor, bytes -> multiply.(bytes, factor) end)
    |> :binary.decode_unsigned()

  if base < 0, do: -magnitude, else: magnitude
end
