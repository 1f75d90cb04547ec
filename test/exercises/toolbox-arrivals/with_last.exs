# counts its own last message, too
arrivals = fn fun ->
  pid = spawn(fn -> receive do: (:stop -> :ok) end)
  :erlang.trace(pid, true, [:receive])
  fun.(pid)
  send(pid, :last)

  receive do
    {:trace, ^pid, :receive, :last} -> :ok
  end

  Process.exit(pid, :kill)
  {:messages, messages} = Process.info(self(), :messages)
  for({:trace, ^pid, :receive, message} <- messages, do: message) ++ [:last]
end
