# wrong: each process counts in its own dictionary
tally = %{
  new: fn -> :hits end,
  hit: fn _hits, path -> Process.put(path, Process.get(path, 0) + 1) end,
  hits: fn _hits, path -> Process.get(path, 0) end
}
