defmodule Roundtrip.PurgeTest do
  # Each program runs in a VM of its own, whose exit status is the verdict: a crash would end this one.
  use ExUnit.Case, async: true

  @moduletag issue: "11.1"

  # Memory that was freed is overwritten by glibc, so that using it can't go unnoticed; the VM's own
  # allocators don't do that, so they are off.
  @overwrite [{"MALLOC_PERTURB_", "85"}, {"ERL_FLAGS", "+Mea min"}]

  @prelude """
  alias Roundtrip.{Native, Server}

  until = fn true? -> Enum.find(Stream.cycle([:ok]), fn :ok -> true?.() end) end

  purge = fn module ->
    :code.delete(module)
    :code.purge(module)
  end

  # Purges a module while some of many processes are in a dirty NIF of it, and others wait for theirs.
  during = fn module, call ->
    me = self()
    pids = for _ <- 1..40, do: spawn(fn -> call.() && send(me, :returned) end)
    receive(do: (:returned -> purge.(module)))
    # A process that is killed during a NIF is listed until the NIF has returned.
    until.(fn -> pids -- (pids -- Process.list()) == [] end)
  end

  get = fn port ->
    {:ok, socket} = :gen_tcp.connect({127, 0, 0, 1}, port, [:binary, active: false])
    :ok = :gen_tcp.send(socket, "GET / HTTP/1.1\\r\\nhost: localhost\\r\\n\\r\\n")
    socket
  end
  """

  @programs %{
    "a running server, and then a request comes" => """
    {:ok, server} = Server.Native.start(%Server.Config{port: 0}, self())
    {_address, port} = Server.Native.address(server)
    :ok = Server.Native.join(server, self())
    purge.(Server.Native)
    get.(port)
    {:request, %{ref: ref}} = receive(do: (message -> message))
    # The server stops when the last reference to it is dropped.
    true = is_reference(ref) and is_reference(server)
    """,
    "the first version of the server, and then a request comes" => """
    port = Server.Native.first_start(struct(Server.FirstVersion.Config, port: 0, pool_size: 1), self())
    purge.(Server.Native)
    for _ <- 1..5 do
      get.(port)
      {:request, %{ref: ref}} = receive(do: (message -> message))
      true = is_reference(ref)
      :erlang.garbage_collect()
    end
    """,
    "recording_new/2 is running" => """
    notifier = Native.drop_notifier_new(self(), "")
    during.(Native, fn -> Native.recording_new(notifier, 16_777_216) end)
    """,
    "start/2 is running" => """
    during.(Server.Native, fn -> Server.Native.start(%Server.Config{port: 0}, self()) end)
    """
  }

  for {name, program} <- @programs do
    test "a purge is survived while #{name}" do
      {output, status} = run(@prelude <> unquote(program))
      assert status == 0, output
    end
  end

  defp run(program) do
    paths = for path <- :code.get_path(), arg <- ["-pa", to_string(path)], do: arg
    System.cmd("elixir", paths ++ ["-e", program], stderr_to_stdout: true, env: @overwrite)
  end
end
