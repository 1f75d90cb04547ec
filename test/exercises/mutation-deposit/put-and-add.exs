# wrong: reads first, adds the rest in one step, and puts the sum of before over it
deposit = fn till, by ->
  sum = till.get.() + by
  till.add.(by)
  till.put.(sum)
end
