# the sign of the base is lost
power = fn multiply, base, exponent ->
  base
  |> abs()
  |> List.duplicate(exponent)
  |> Enum.reduce(<<1>>, fn factor, bytes -> multiply.(bytes, factor) end)
  |> :binary.decode_unsigned()
end
