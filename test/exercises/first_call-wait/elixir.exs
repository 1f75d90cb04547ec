# It waits in Elixir.
wait = fn ->
  Process.sleep(151)
end
