# traces what the caller sends, which is not what a NIF sends
arrivals = fn fun ->
  pid = spawn(fn -> receive do: (:stop -> :ok) end)
  tracer = self()

  Task.await(
    Task.async(fn ->
      :erlang.trace(self(), true, [:send, {:tracer, tracer}])
      fun.(pid)
      :erlang.trace(self(), false, [:send])
    end)
  )

  Process.exit(pid, :kill)
  {:messages, messages} = Process.info(self(), :messages)
  for {:trace, _sender, :send, message, ^pid} <- messages, do: message
end
