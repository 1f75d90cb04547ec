# Collects the garbage of the cache before the key is forgotten.
forget = fn cache, key ->
  :erlang.garbage_collect(cache)
  Agent.update(cache, &Map.delete(&1, key))
end
