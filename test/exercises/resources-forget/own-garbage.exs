# Collects the garbage of the calling process.
forget = fn cache, key ->
  Agent.update(cache, &Map.delete(&1, key))
  :erlang.garbage_collect()
end
