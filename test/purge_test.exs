defmodule Roundtrip.PurgeTest do
  # Each program runs in a VM of its own, whose exit status is the verdict: a crash would end this one.
  use ExUnit.Case, async: true

  @moduletag issue: "11.1"

  # What a purge frees is overwritten at once, so that using it can't go unnoticed.
  @prelude """
  alias Roundtrip.{Native, Server}

  purge = fn module ->
    :code.delete(module)
    :code.purge(module)
    for n <- 1..20_000, do: :erlang.binary_to_term(:erlang.term_to_binary({n, <<n::1600>>}))
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
    get.(port)
    {:request, %{ref: ref}} = receive(do: (message -> message))
    true = is_reference(ref)
    """,
    "recording_new/2 is running" => """
    for _ <- 1..5 do
      {pid, monitor} =
        spawn_monitor(fn ->
          notifier = Native.drop_notifier_new(self(), "")
          for _ <- 1..100, do: Native.recording_new(notifier, 16_777_216)
        end)

      # It has made its first recording, and the others are garbage that goes with it.
      Stream.repeatedly(fn -> Process.info(pid, :current_function) end)
      |> Enum.find(&(&1 in [{:current_function, {Native, :recording_new, 2}}, nil]))

      purge.(Native)
      receive(do: ({:DOWN, ^monitor, _, _, _} -> :ok))
      Native.add(1, 2)
    end
    """,
    "start/2 is running" => """
    for _ <- 1..20 do
      {_pid, monitor} = spawn_monitor(fn -> Server.Native.start(%Server.Config{port: 0}, self()) end)
      purge.(Server.Native)
      receive(do: ({:DOWN, ^monitor, _, _, _} -> :ok))
      Server.Native.live_resources()
    end
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
    System.cmd("elixir", paths ++ ["-e", program], stderr_to_stdout: true)
  end
end
