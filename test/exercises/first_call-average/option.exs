# mean_option/2 returns no tuples.
average = fn numbers ->
  Native.mean_option(Native.sum(numbers), length(numbers))
end
