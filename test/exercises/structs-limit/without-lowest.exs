# wrong: a lowest value without a highest has no limit at all
limit = fn
  nil, nil -> :unlimited
  nil, high -> {:at_most, high}
  _low, nil -> :unlimited
  low, high -> {:between, %{low: low, high: high}}
end
