# wrong: finds the keys that only Elixir has
missing_keys = fn structs ->
  for %module{} = from_rust <- structs,
      keys = Contract.drift(from_rust).only_elixir,
      keys != [],
      into: %{},
      do: {module, keys}
end
