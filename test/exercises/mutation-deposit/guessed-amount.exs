# It guesses what the other process adds.
deposit = fn till, by ->
  till.put.(till.get.() + by + 10)
end
