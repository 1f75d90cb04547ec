defmodule Roundtrip.Server.SupervisionTest do
  use Roundtrip.ServerCase

  alias Roundtrip.Server.{Drainer, Listener, Options, Receiver, Stats}

  defmodule Slow do
    use Roundtrip.Server.Router

    get "/later" do
      Roundtrip.ServerCase.tell({:later, request})
      :later
    end

    get "/wait" do
      Roundtrip.ServerCase.tell({:handler, self()})
      receive do: (:go -> text("gone"))
    end
  end

  @moduletag :capture_log

  test "address/1 and url/1 return where it listens" do
    {server, port} = start_server!(Slow)
    assert Server.address(server) == {{127, 0, 0, 1}, port}
    assert Server.url(server) == "http://127.0.0.1:#{port}"
    assert port > 0
  end

  test "it listens on IPv6 if the machine has it" do
    case :gen_tcp.listen(0, [:inet6, ip: {0, 0, 0, 0, 0, 0, 0, 1}]) do
      {:ok, socket} ->
        :gen_tcp.close(socket)
        {server, port} = start_server!(Slow, ip: {0, 0, 0, 0, 0, 0, 0, 1})
        assert Server.url(server) == "http://[::1]:#{port}"

      {:error, _no_ipv6} ->
        IO.puts(:stderr, "· this machine has no IPv6: not tested")
    end
  end

  test "several servers can be registered under names" do
    start_supervised!({Server, handler: Slow, name: :one})
    start_supervised!({Server, handler: Slow, name: :two})
    assert Server.address(:one) != Server.address(:two)
    {_ip, port} = Server.address(:two)
    assert ask(port, "/").status == 200
    assert %Stats{requests: 1, statuses: %{success: 1}} = Server.stats(:two)
    assert %Stats{requests: 0} = Server.stats(:one)
  end

  test "stats/1 counts requests and measures their latency" do
    {server, port} = start_server!(Slow)
    for path <- ["/", "/", "/nothing"], do: ask(port, path)

    assert Poll.until(fn -> Server.stats(server).connections == 0 end)
    stats = Server.stats(server)
    assert {stats.requests, stats.in_flight} == {3, 0}
    assert %{success: 2, client_error: 1, server_error: 0} = stats.statuses
    assert stats.latency.count == 3
    assert stats.latency.min <= stats.latency.max

    socket = open(port, "/later")
    assert_receive {:later, request}, 5_000
    assert %Stats{in_flight: 1, connections: 1} = Server.stats(server)
    Server.respond(request, Response.text("now"))
    answer(socket)
    Wire.close(socket)
  end

  test "start_link/1 returns an error at once if the port is taken" do
    Process.flag(:trap_exit, true)
    {:ok, socket} = :gen_tcp.listen(0, ip: {127, 0, 0, 1})
    {:ok, port} = :inet.port(socket)
    assert Server.start_link(handler: Slow, port: port) == {:error, :eaddrinuse}
    :gen_tcp.close(socket)
  end

  test "if the listener is killed, all children restart on the same port" do
    {server, port} = start_server!(Slow)

    for _ <- 1..5 do
      listener = child(server, Listener)
      waiting = open(port, "/later")
      assert_receive {:later, request}, 5_000

      Process.exit(listener, :kill)
      await_down(listener)
      assert {_, :closed} = Wire.read_all(waiting, 5_000)
      Wire.close(waiting)
      # hyper drops a connection's socket just before its request.
      assert Poll.until(fn -> not Server.open?(request) end)
      assert {:error, _} = Server.respond(request, Response.text("nobody"))

      assert Server.address(server) == {{127, 0, 0, 1}, port}
      assert ask(port, "/").status == 200
      assert child(server, Listener) != listener
    end
  end

  test "if the whole server is killed, its supervisor restarts it on the same port" do
    {:ok, parent} =
      start_supervised(%{
        id: :parent,
        type: :supervisor,
        start: {Supervisor, :start_link, [[{Server, handler: Slow}], [strategy: :one_for_one]]}
      })

    [{id, server, _, _}] = Supervisor.which_children(parent)
    {_ip, port} = Server.address(server)
    Process.exit(server, :kill)
    await_down(server)
    restarted = child(parent, id)
    assert restarted != server
    assert {_ip, ^port} = Server.address(restarted)
    assert ask(port, "/").status == 200
  end

  test "a restarted listener waits for its port, and callers of server/1 wait with it" do
    {:ok, socket} = :gen_tcp.listen(0, ip: {127, 0, 0, 1})
    {:ok, port} = :inet.port(socket)
    port_memory = Listener.new_port_memory()
    :atomics.put(port_memory, 1, port)
    registry = Listener.new_registry()
    options = Options.validate!(handler: Slow, pool_size: 1)
    listener = start_supervised!({Listener, {options, port_memory, registry}})

    receivers = %{
      id: Receiver,
      start: {Receiver, :start_pool, [options, registry]},
      type: :supervisor
    }

    start_supervised!(receivers)

    waiting = Task.async(fn -> listener |> Listener.server() |> Server.Native.address() end)
    assert Poll.until(fn -> :sys.get_state(listener).waiting_callers != [] end)
    :gen_tcp.close(socket)
    assert Task.await(waiting) == {{127, 0, 0, 1}, port}
    assert ask(port, "/").status == 200
  end

  test "a receiver that is killed is restarted alone" do
    {server, port} = start_server!(Slow, pool_size: 1)
    pool = child(server, Receiver)
    [{1, receiver, _, _}] = Supervisor.which_children(pool)
    listener = child(server, Listener)

    Process.exit(receiver, :kill)
    await_down(receiver)
    assert [{1, other, _, _}] = Supervisor.which_children(pool)
    assert other != receiver
    assert ask(port, "/").status == 200
    assert child(server, Listener) == listener
  end

  test "handlers die with their receiver, and their clients are answered" do
    {server, port} = start_server!(Slow, pool_size: 1, mode: :task)
    socket = open(port, "/wait")
    assert_receive {:handler, handler}, 5_000
    [{1, receiver, _, _}] = server |> child(Receiver) |> Supervisor.which_children()

    Process.exit(receiver, :kill)
    await_down(handler)
    assert answer(socket).status == 500
    Wire.close(socket)
  end

  for mode <- [:task, :inline] do
    test "a graceful stop answers requests in flight and closes idle connections (#{mode})" do
      {:ok, server} = Server.start_link(handler: Slow, mode: unquote(mode), shutdown: 10_000)
      {_ip, port} = Server.address(server)
      idle = open(port, "/")
      assert answer(idle).status == 200
      busy = open(port, "/wait")
      assert_receive {:handler, handler}, 5_000

      stopping = Task.async(fn -> Server.stop(server) end)
      assert Wire.read_all(idle, 5_000) == {"", :closed}
      assert Poll.until(fn -> refused?(port) end)
      assert Process.alive?(server)
      send(handler, :go)
      assert %{status: 200, body: "gone"} = answer(busy)
      assert Wire.read_all(busy, 5_000) == {"", :closed}
      assert Task.await(stopping) == :ok
      for socket <- [idle, busy], do: Wire.close(socket)
      refute Process.alive?(handler)
    end
  end

  test "a graceful stop ends at its deadline" do
    {server, port} = start_server!(Slow, mode: :task, shutdown: 50)
    busy = open(port, "/wait")
    assert_receive {:handler, handler}, 5_000
    assert stop_supervised(Server) == :ok
    refute Process.alive?(server)
    await_down(handler)
    {read, :closed} = Wire.read_all(busy, 5_000)
    assert for(answer <- Wire.answers(read), do: answer.status) == [503]
    Wire.close(busy)
  end

  test "stop/2 stops a server without a supervisor" do
    {:ok, server} = Server.start_link(handler: Slow)
    {_ip, port} = Server.address(server)
    assert Server.stop(server) == :ok
    refute Process.alive?(server)
    assert {:error, :econnrefused} = Wire.connect(port)
  end

  test "the supervisor waits longer than the drain's deadline" do
    for shutdown <- [0, 60_000] do
      options = Options.validate!(handler: Slow, shutdown: shutdown)
      assert Drainer.child_spec({options, nil}).shutdown > shutdown
    end
  end

  test "twenty servers in a row leak nothing" do
    for _ <- 1..20 do
      {:ok, server} = Server.start_link(handler: Slow)
      {_ip, port} = Server.address(server)
      assert ask(port, "/").status == 200
      Server.stop(server)
    end
  end

  defp refused?(port) do
    case Wire.connect(port) do
      {:error, reason} ->
        reason == :econnrefused

      {:ok, socket} ->
        Wire.close(socket)
        false
    end
  end
end
