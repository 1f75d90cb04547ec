# Only the first mistake that the VM names is repaired.
repair = fn stubs ->
  Keyword.put(stubs, :mean, 2)
end
