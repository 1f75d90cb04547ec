# Multiplies the total again in each step.
scaled_total = fn numbers, factor ->
  Enum.reduce(numbers, 0, fn number, total -> (total + number) * factor end)
end
