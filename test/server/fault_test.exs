defmodule Roundtrip.Server.FaultTest do
  # One at a time: what the whole VM holds is measured. Alone: mix test --only faults
  use ExUnit.Case

  alias Roundtrip.Footprint
  alias Roundtrip.Poll
  alias Roundtrip.Server
  alias Roundtrip.Server.{Listener, Response}
  alias Roundtrip.Wire

  @moduletag :faults
  @moduletag timeout: 180_000

  @clients 100
  @requests 10_000
  @owner_kills 10
  @deadline 400
  # The server's deadline, and what two busy cores may add to it.
  @patience 8_000
  @megabyte 1_048_576
  # Those of code that is loaded meanwhile: fewer than one for each request.
  @atoms 2_000

  # What a request may come to, and how many in a hundred are of its kind.
  @kinds %{
    plain: {40, [200, 500, 503, :closed]},
    echo: {20, [200, 500, 503, :closed]},
    gate: {16, [200, 500, 503, :closed]},
    raise: {6, [500, 503, :closed]},
    forget: {6, [500, 503, :closed]},
    slow: {2, [500, 503, :closed]},
    vanish: {10, [:vanished]}
  }

  defmodule Reaper do
    @moduledoc "Kills handlers at random: those that pass by, and those that wait at the gate."

    def start_link(seed) do
      {:ok, pid} = Task.start_link(fn -> run(seed) end)
      Process.register(pid, __MODULE__)
      {:ok, pid}
    end

    defp run(seed) do
      :rand.seed(:exsss, {seed, 0, 0})
      reap()
    end

    # A random tenth of those that pass, and a third of those that wait.
    defp reap do
      receive do
        {:passing, pid} ->
          if :rand.uniform(10) == 1, do: Process.exit(pid, :kill)

        {:waiting, pid} ->
          if :rand.uniform(3) == 1, do: Process.exit(pid, :kill), else: send(pid, :go)
      end

      reap()
    end
  end

  defmodule Handler do
    @moduledoc "Answers, waits, raises or forgets, as the path says."

    def handle(%{path: "/plain"}), do: answer("ok")
    def handle(%{path: "/echo", body: body}), do: answer(body)
    def handle(%{path: "/raise"}), do: raise("as asked")
    def handle(%{path: "/forget"}), do: :later

    def handle(%{path: "/gate"}) do
      send(Reaper, {:waiting, self()})

      receive do
        :go -> Response.text("through")
      end
    end

    def handle(%{path: "/slow"}) do
      receive do
        :never_sent -> Response.text("too late")
      after
        3_000 -> Response.text("too late")
      end
    end

    defp answer(body) do
      send(Reaper, {:passing, self()})
      :erlang.yield()
      Response.text(body)
    end
  end

  # Thousands of deaths on purpose: as log lines they would hide a failure, and as captured ones
  # they would be measured as memory.
  setup do
    level = Logger.level()
    Logger.configure(level: :none)
    on_exit(fn -> Logger.configure(level: level) end)
  end

  test "10,000 requests are answered or closed whatever dies, and nothing leaks" do
    seed = :erlang.phash2(make_ref(), 1_000_000)
    IO.puts("\nfaults: seed #{seed}")

    reaper = start_supervised!(%{id: Reaper, start: {Reaper, :start_link, [seed]}})

    outside = Footprint.now()

    server =
      start_supervised!({Server, port: 0, handler: Handler, mode: :task, deadline: @deadline},
        id: Server
      )

    address = Server.address(server)

    # What a server in use holds is known after some use.
    _ = storm(address, seed, 20)
    quiet!(server)
    base = Footprint.now()

    done = :counters.new(1, [])
    killer = Task.async(fn -> kill_owners(server, address, done) end)
    tally = storm(address, seed + 1, div(@requests, @clients), done)
    assert Task.await(killer, 60_000) == @owner_kills

    assert Enum.sum(Map.values(tally)) == @requests

    for {{kind, outcome}, _count} <- tally,
        do: assert(outcome in elem(@kinds[kind], 1), inspect({kind, outcome}))

    outcomes = Enum.group_by(tally, fn {{_kind, outcome}, _} -> outcome end, &elem(&1, 1))

    for outcome <- [200, 500, 503, :closed, :vanished],
        do: assert(Map.has_key?(outcomes, outcome), inspect(tally))

    assert Enum.sum(outcomes[200]) > div(@requests, 2), inspect(tally)

    assert Process.alive?(server) and Process.alive?(reaper)
    assert Server.address(server) == address
    quiet!(server)
    back!(base, %{rss: 24 * @megabyte, binaries: @megabyte, atoms: @atoms})

    :ok = stop_supervised(Server)
    back!(outside, %{rss: 48 * @megabyte, binaries: @megabyte, atoms: @atoms})
  end

  # All clients at once. Gives how many requests of each kind came to what.
  defp storm({_ip, port}, seed, each, done \\ :counters.new(1, [])) do
    1..@clients
    |> Enum.map(fn number ->
      Task.async(fn ->
        :rand.seed(:exsss, {seed, number, 1})
        client(port, nil, each, done, %{})
      end)
    end)
    |> Task.await_many(120_000)
    |> Enum.reduce(%{}, &Map.merge(&1, &2, fn _key, one, other -> one + other end))
  end

  defp client(_port, socket, 0, _done, tally) do
    if socket, do: Wire.close(socket)
    tally
  end

  defp client(port, socket, left, done, tally) do
    socket = socket || connect!(port)
    kind = kind(:rand.uniform(100), Enum.sort(@kinds))
    {outcome, socket} = ask(socket, kind)
    :counters.add(done, 1, 1)
    if outcome == 503, do: back_off()
    client(port, socket, left - 1, done, Map.update(tally, {kind, outcome}, 1, &(&1 + 1)))
  end

  # Retry-After, by a client in a hurry: else one that nobody serves asks a hundred times meanwhile.
  defp back_off do
    receive do
    after
      50 -> :ok
    end
  end

  defp kind(roll, [{kind, {share, _}} | _]) when roll <= share, do: kind
  defp kind(roll, [{_kind, {share, _}} | others]), do: kind(roll - share, others)

  # Nobody listens while a killed owner is replaced; no request is made then.
  defp connect!(port) do
    assert Poll.until(fn -> connected(Wire.connect(port)) end, @patience)
    Process.delete(:socket)
  end

  defp connected({:ok, socket}), do: Process.put(:socket, socket) == nil
  defp connected({:error, _reason}), do: false

  # Gone in the middle of its head or of its body, or before its answer; by a reset, or not.
  defp ask(socket, :vanish) do
    bytes = request(Enum.random([:gate, :echo, :plain]))
    Wire.send(socket, binary_part(bytes, 0, :rand.uniform(byte_size(bytes))))
    if :rand.uniform(2) == 1, do: Wire.reset(socket), else: Wire.close(socket)
    {:vanished, nil}
  end

  defp ask(socket, kind) do
    Wire.send(socket, request(kind))

    case Wire.read_answer(socket, @patience) do
      {:ok, answer} ->
        if {kind, answer.status} == {:echo, 200}, do: assert(answer.body == body())
        {answer.status, keep(socket, answer)}

      ending ->
        Wire.close(socket)
        {ending, nil}
    end
  end

  # Who answers with Connection: close will not read another request.
  defp keep(socket, answer) do
    if {"connection", "close"} in answer.headers do
      Wire.close(socket)
      nil
    else
      socket
    end
  end

  defp request(:echo) do
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: #{byte_size(body())}\r\n\r\n" <> body()
  end

  defp request(kind), do: "GET /#{kind} HTTP/1.1\r\nHost: a\r\n\r\n"

  # So large that 2,000 of them, kept by mistake, are more than what memory may grow by.
  defp body, do: :binary.copy("x", 32_768)

  # Ten times in the course of the storm; each time once the last server is back.
  defp kill_owners(server, address, done) do
    for kill <- 1..@owner_kills do
      due = div(@requests * kill, @owner_kills + 1)
      assert Poll.until(fn -> :counters.get(done, 1) >= due end, 60_000)
      owner = owner(server)
      monitor = Process.monitor(owner)
      Process.exit(owner, :kill)
      assert_receive {:DOWN, ^monitor, :process, ^owner, :killed}, @patience
      assert Poll.until(fn -> back?(server, address) end, @patience)
    end
    |> length()
  end

  # Not the one that was killed, and it answers.
  defp back?(server, {_ip, port}) do
    with pid when is_pid(pid) <- owner(server),
         {:ok, socket} <- Wire.connect(port) do
      {outcome, socket} = ask(socket, :plain)
      if socket, do: Wire.close(socket)
      outcome == 200
    else
      _not_yet -> false
    end
  end

  defp owner(server) do
    {Listener, owner, _, _} = server |> Supervisor.which_children() |> List.keyfind!(Listener, 0)
    owner
  end

  defp quiet!(server) do
    assert Poll.until(
             fn -> match?(%{in_flight: 0, connections: 0}, Server.stats(server)) end,
             @patience
           ),
           inspect(Server.stats(server))
  end

  defp back!(base, slack) do
    Poll.until(fn -> Footprint.above(Footprint.now(), base, slack) == %{} end, 10_000)
    now = Footprint.now()
    assert Footprint.above(now, base, slack) == %{}, "#{inspect(now)}, above #{inspect(base)}"
  end
end
