# wrong: rescues every error, so a mistake of the caller isn't seen
total_excess = fn values, limit ->
  Enum.reduce(values, 0, fn value, total ->
    try do
      Native.enforce(value, limit)
      total
    rescue
      error -> total + (Map.get(error, :value) || limit) - limit
    end
  end)
end
