# Takes the shadowing in the block for a change of the outer variable.
scopes = fn n ->
  n = n + 1
  n = n * 10
  {n + 1, n}
end
