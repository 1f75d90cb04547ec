defmodule Roundtrip.Server.StormTest do
  # Many clients at once. Whatever they do, the VM then holds again what it held before.
  # With all of them, as in .ci/run: mix test --only slow test/server/storm_test.exs
  use Roundtrip.ServerCase

  alias Roundtrip.Footprint

  # How many clients, or requests, there are in bin/test, and in .ci/run.
  @quick [
    idle: 300,
    timed_out: 100,
    reset: 300,
    pipelined: 300,
    slow_readers: 2,
    slow_writers: 30
  ]
  @full [
    idle: 2_000,
    timed_out: 2_000,
    reset: 3_000,
    pipelined: 1_000,
    slow_readers: 24,
    slow_writers: 400
  ]

  @megabyte 1_048_576
  # More than the system buffers for a connection.
  @large 8 * @megabyte
  # Freed memory that allocators keep, most of all that of large responses, and code that is loaded.
  @slack %{rss: 8 * @megabyte, binaries: div(@megabyte, 4), atoms: 20}
  @slack_of %{slow_readers: %{@slack | rss: 6 * @large}}

  @timeout 300
  @impatient for name <- [:header_timeout, :body_timeout, :idle_timeout, :write_timeout],
                 do: {name, @timeout}
  # What busy cores may add to a timeout.
  @patience 20_000

  defmodule Handler do
    use Roundtrip.Server.Router

    get("/", do: text("ok"))
    get("/number", do: text(request.query))
    post("/size", do: text(Integer.to_string(byte_size(request.body))))
    get("/large", do: text(:binary.copy("x", String.to_integer(request.query))))

    # Returns when the server has noticed that the client is gone.
    any "/wait" do
      Roundtrip.Poll.until(fn -> not Roundtrip.Server.open?(request) end)
      :later
    end
  end

  for {form, counts} <- [quick: @quick, full: @full], {kind, count} <- counts do
    if form == :full, do: @tag(:slow)
    @tag timeout: 120_000
    test "#{kind}, #{count}: what the VM holds is at its base again",
      do: compare(unquote(kind), unquote(count))
  end

  defp compare(kind, count) do
    count = if kind in [:idle, :timed_out], do: possible(count), else: count
    {server, port} = start_server!(Handler, [max_connections: 4_000] ++ options(kind))
    # What a server in use holds is known after some use.
    storm(kind, {server, port}, count)
    quiet!(server)
    base = Footprint.now()

    storm(kind, {server, port}, count)
    quiet!(server)
    slack = Map.get(@slack_of, kind, @slack)
    Poll.until(fn -> Footprint.above(Footprint.now(), base, slack) == %{} end, 10_000)
    above = Footprint.above(Footprint.now(), base, slack)
    assert above == %{}, "left by the storm: #{inspect(above)}"
  end

  # The VM holds both ends of each connection.
  defp possible(count) do
    limit = :erlang.system_info(:check_io) |> List.flatten() |> Keyword.fetch!(:max_fds)
    possible = min(count, div(limit - 200, 2))

    if possible < count,
      do: IO.puts(:stderr, "· #{possible} connections, not #{count}: ulimit -n is #{limit}")

    possible
  end

  defp options(kind) when kind in [:timed_out, :slow_readers, :slow_writers], do: @impatient
  # A reset behind unread bytes is noticed within a quarter of the shortest timeout.
  defp options(:reset), do: [idle_timeout: @timeout]
  defp options(_kind), do: []

  defp storm(:idle, {server, port}, count) do
    threads = length(Roundtrip.threads())
    sockets = for _ <- 1..count, do: connect(port)
    assert Poll.until(fn -> Server.stats(server).connections == count end, @patience)
    assert length(Roundtrip.threads()) == threads
    assert ask(port, "/").status == 200
    for {socket, n} <- Enum.with_index(sockets), do: leave(socket, n)
  end

  # Half of them have had an answer.
  defp storm(:timed_out, {_server, port}, count) do
    sockets = for n <- 1..count, do: if(rem(n, 2) == 0, do: connect(port), else: open(port, "/"))
    for socket <- sockets, do: assert({_read, :closed} = Wire.read_all(socket, @patience))
    Enum.each(sockets, &Wire.close/1)
  end

  defp storm(:reset, {_server, port}, count) do
    at_once(count, fn n ->
      socket = connect(port)
      :ok = Wire.send(socket, cut_off(rem(n, 6)))
      if rem(n, 6) == 5, do: assert({:ok, _bytes} = :socket.recv(socket, 0, @patience))
      Wire.reset(socket)
    end)
  end

  defp storm(:pipelined, {_server, port}, count) do
    numbers = Enum.map(1..count, &Integer.to_string/1)
    requests = Enum.map(numbers, &get("/number?#{&1}")) ++ [get("/", "Connection: close\r\n")]
    socket = connect(port)
    sending = Task.async(fn -> Wire.send(socket, requests) end)
    assert {read, :closed} = Wire.read_all(socket, @patience)
    assert Task.await(sending) == :ok
    assert Enum.map(Wire.answers(read), & &1.body) == numbers ++ ["ok"]
    Wire.close(socket)

    # These get no answers, or not all of them.
    for n <- 1..4 do
      socket = connect(port)
      Wire.send(socket, requests)
      leave(socket, n)
    end
  end

  defp storm(:slow_readers, {server, port}, count) do
    sockets = for _ <- 1..count, do: open(port, "/large?#{@large}")
    for socket <- sockets, do: assert({:ok, _bytes} = :socket.recv(socket, 1_000, @patience))
    quiet!(server)
    for {socket, n} <- Enum.with_index(sockets), do: leave(socket, n)
  end

  defp storm(:slow_writers, {_server, port}, count) do
    at_once(count, fn n ->
      socket = connect(port)
      :ok = Wire.send(socket, cut_off(1 + rem(n, 3)))
      {read, :closed} = Wire.drip(socket, ?x, 20, @patience)
      # The socket may be reset before the answer is read, if bytes are under way.
      assert Enum.map(Wire.answers(read), & &1.status) in [[408], []]
      Wire.close(socket)
    end)
  end

  # The ways in which a request is incomplete, or whole and nobody waits for its answer.
  defp cut_off(0), do: ""
  defp cut_off(1), do: "GET / HTTP/1.1\r\nHost: a\r\nX: "
  defp cut_off(2), do: post("Content-Length: 100000\r\n") <> :binary.copy("x", 50_000)
  defp cut_off(3), do: post("Transfer-Encoding: chunked\r\n") <> "ffff\r\nx"
  defp cut_off(4), do: get("/wait") <> get("/")
  defp cut_off(5), do: get("/large?#{@megabyte}")

  defp get(target, headers \\ ""), do: "GET #{target} HTTP/1.1\r\nHost: a\r\n#{headers}\r\n"
  defp post(headers), do: "POST /size HTTP/1.1\r\nHost: a\r\n#{headers}\r\n"

  defp at_once(count, fun) do
    1..count
    |> Task.async_stream(fun, max_concurrency: 50, timeout: @patience, ordered: false)
    |> Stream.run()
  end

  defp connect(port) do
    {:ok, socket} = Wire.connect(port)
    socket
  end

  defp leave(socket, n), do: if(rem(n, 2) == 0, do: Wire.close(socket), else: Wire.reset(socket))

  defp quiet!(server) do
    quiet? = fn -> match?(%{in_flight: 0, connections: 0}, Server.stats(server)) end
    assert Poll.until(quiet?, @patience), inspect(Server.stats(server))
  end
end
