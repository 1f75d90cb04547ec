# Integer.floor_div/2 and Enum.sum/1 compute in Elixir, and round down.
average = fn
  [] -> {:error, :no_values}
  numbers -> {:ok, Integer.floor_div(Enum.sum(numbers), length(numbers))}
end
