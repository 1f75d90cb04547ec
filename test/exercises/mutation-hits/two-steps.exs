# wrong: looks a row up and inserts it again, so hits in between are lost
tally = %{
  new: fn -> :ets.new(:hits, [:public]) end,
  hit: fn hits, path ->
    count = with [{^path, count}] <- :ets.lookup(hits, path), do: count
    :ets.insert(hits, {path, if(count == [], do: 1, else: count + 1)})
  end,
  hits: fn hits, path ->
    case :ets.lookup(hits, path) do
      [{^path, count}] -> count
      [] -> 0
    end
  end
}
