# Collects the garbage of the process that still has a reference.
within = fn function ->
  result = function.()
  :erlang.garbage_collect()
  result
end
