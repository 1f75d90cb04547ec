defmodule Roundtrip.TwoNodesTest do
  # What crosses to another node and comes back. Not async: threads and resources are counted.
  use ExUnit.Case
  use Roundtrip.TwoNodes

  alias Roundtrip.{Native, Poll, Server, Wire}
  alias Roundtrip.Messages.Relay
  alias Roundtrip.Server.Response
  alias Roundtrip.Structs.SharedStruct

  # epmd would answer here.
  setup_all do
    epmd = :erl_epmd.names({127, 0, 0, 1})
    on_exit(fn -> assert :erl_epmd.names({127, 0, 0, 1}) == epmd end)
  end

  describe "a resource" do
    test "that comes back is the same, and another node can't use it", %{here: here} do
      assert call(here, :travel) == %{same?: true, count: 1, there: ArgumentError}
    end

    test "is dropped when no process of its own node holds it, whoever does elsewhere", context do
      %{here: here, there: there} = context
      keeper = call(there, :start_keeper)
      before = call(here, :live)
      :ok = call(here, :send_resource, [keeper])
      assert Poll.until(fn -> call(here, :live) == before end)
      # It comes back as a reference without a resource.
      assert call(here, :use_returned, [keeper]) == ArgumentError
    end
  end

  describe "a pid of another node" do
    test "is refused by each NIF that takes a pid, and nothing is left", %{here: here} do
      before = call(here, :live)
      outcomes = call(here, :remote_pids)

      for {function, outcome} <- outcomes,
          do: assert({function, outcome} == {function, ArgumentError})

      tried = for {function, _outcome} <- outcomes, uniq: true, do: function
      # It needs a request: see `handle/1`.
      tried = [{Server.Native, :assign, 2} | tried]
      assert Enum.sort(tried) == Enum.sort(Enum.flat_map([Native, Server.Native], &taking_pids/1))

      assert Poll.until(fn -> call(here, :live) == before end)
      assert :peer.call(here, Roundtrip, :threads, []) == []
    end

    test "is refused by whereis_local, and whereis panics, as their docs say", %{here: here} do
      assert call(here, :whereis) == %{whereis: ErlangError, whereis_local: ArgumentError}
    end

    # The NIFs with a `pid()` among the types of their arguments.
    defp taking_pids(module) do
      {:ok, specs} = Code.Typespec.fetch_specs(module)

      for {{name, arity}, [spec | _]} <- specs,
          {:"::", _, [{^name, _, arguments}, _result]} = Code.Typespec.spec_to_quoted(name, spec),
          arguments
          |> Macro.prewalk([], &{&1, [&1 | &2]})
          |> elem(1)
          |> Enum.any?(&match?({:pid, _, []}, &1)),
          do: {module, name, arity}
    end

    test "is reached by a relay", %{here: here, there: there} do
      keeper = call(there, :start_keeper)
      assert call(here, :relay, [keeper]) == :ok
      assert {:hi, %SharedStruct{is_cool: true, ref: ref}} = call(there, :kept, [keeper])
      assert node(ref) == :"here@127.0.0.1"
    end
  end

  describe "a server" do
    setup %{here: here, there: there} do
      answerer = call(there, :start_answerer)
      port = call(here, :start_server)
      on_exit(fn -> call(here, :stop_server) end)
      on_exit(fn -> call(there, :stop_answerer, [answerer]) end)
      %{port: port}
    end

    test "answers what a GenServer of another node has computed", %{port: port} do
      assert ask(port, "/compute") == {200, "computed by there@127.0.0.1"}
    end

    test "takes an answer only from its own node, and says so", %{port: port} do
      assert ask(port, "/answer_there") ==
               {200,
                "only processes of here@127.0.0.1, the server's node, can answer: send the response there"}

      assert ask(port, "/assign_there") ==
               {200, "a request can't be assigned to a process of another node"}
    end

    test "answers 500 as soon as the other node is gone", %{here: here, port: port} do
      asking = Task.async(fn -> ask(port, "/hang") end)
      assert Poll.until(fn -> call(here, :server_in_flight) == 1 end)
      call(here, :disconnect)
      assert {500, _body} = Task.await(asking)
      assert call(here, :connect)
    end
  end

  defp ask(port, path) do
    {:ok, socket} = Wire.connect(port)
    :ok = Wire.send(socket, "GET #{path} HTTP/1.1\r\nHost: a\r\n\r\n")
    {:ok, answer} = Wire.read_answer(socket, 10_000)
    Wire.close(socket)
    {answer.status, answer.body}
  end

  # The functions below run on the nodes.

  def travel do
    histogram = Native.histogram_new(1_000)
    back = :erpc.call(there(), Function, :identity, [histogram])
    :ok = Native.histogram_record(back, 5)

    elsewhere =
      :erpc.call(there(), __MODULE__, :outcome, [Native, :histogram_record, [histogram, 5]])

    %{
      same?: back == histogram,
      count: Native.histogram_snapshot(histogram).count,
      there: elsewhere
    }
  end

  def outcome(module, function, args) do
    apply(module, function, args)
  rescue
    error -> error.__struct__
  end

  def live, do: Roundtrip.live_counts().resources

  def send_resource(keeper) do
    task = Task.async(fn -> send(keeper, Native.histogram_new(1_000)) && :ok end)
    Task.await(task)
  end

  def use_returned(keeper) do
    histogram = :erpc.call(there(), __MODULE__, :kept, [keeper])
    true = is_reference(histogram)
    outcome(Native, :histogram_record, [histogram, 5])
  end

  # Keeps the first message, even if it arrives after somebody has asked for it.
  def start_keeper do
    spawn(fn ->
      receive do
        message when not (is_tuple(message) and elem(message, 0) == :get) ->
          receive do: ({:get, pid} -> send(pid, {:kept, message}))
      end
    end)
  end

  def kept(keeper) do
    send(keeper, {:get, self()})
    receive do: ({:kept, message} -> message), after: (10_000 -> :nothing)
  end

  def remote_pids do
    pid = :erpc.call(there(), __MODULE__, :start_keeper, [])
    histogram = Native.histogram_new(1_000)
    {:ok, server} = Server.Native.start(struct!(Server.Config, workers: 1), self())

    outcomes =
      for {name, args} <- calls(pid, histogram),
          do: {{Native, name, length(args)}, outcome(Native, name, args)}

    server_outcomes =
      for {name, args} <- server_calls(pid, server),
          do: {{Server.Native, name, length(args)}, outcome(Server.Native, name, args)}

    Server.Native.stop(server, 0)
    receive do: ({:roundtrip_server_stopped, _server} -> outcomes ++ server_outcomes)
  end

  defp calls(pid, histogram) do
    [
      drop_notifier_new: [pid, "name"],
      slot_monitor: [Native.slot_new(), pid],
      latch_wait: [Native.latch_new(), pid, 0],
      drop_thread_new: [pid],
      histogram_hold: [histogram, 1, :counters.new(1, []), pid],
      histogram_send: [histogram, pid],
      histogram_send_locked: [histogram, pid],
      send_hi: [pid, true],
      down_notifier_new: [pid],
      send_by: [:env_send, pid],
      send_by: [:run, pid],
      send_by_dirty: [:env_send, pid],
      send_by_dirty: [:run, pid],
      send_by_dirty: [:send_and_clear, pid],
      sender_hi_to: [pid, true],
      sender_repeat: [pid, :term, 1],
      sender_repeat_cleared: [pid, :term, 1],
      sender_flood: [pid, 1],
      reporter_start: [histogram, pid, 1],
      feed_start: [pid, 1, 1],
      ask: [pid, :question, 1],
      ask_later: [pid, :question, :from],
      toolbox_ping: [pid],
      toolbox_ping_from_thread: [pid]
    ]
  end

  defp server_calls(pid, server) do
    [
      start: [struct!(Server.Config, workers: 1), pid],
      join: [server, pid],
      first_start: [struct!(Server.FirstVersion.Config, port: 0, pool_size: 1), pid]
    ]
  end

  def whereis do
    pid = :erpc.call(there(), __MODULE__, :start_keeper, [])
    for name <- [:whereis, :whereis_local], into: %{}, do: {name, outcome(Native, name, [pid])}
  end

  def relay(keeper) do
    {:ok, relay} = Relay.start_link(keeper)
    :ok = Native.send_hi(relay, true)
    # The relay is linked to this process, whose end must not be its own before it has sent.
    _state = :sys.get_state(relay)
    :ok
  end

  def start_server do
    parent = self()

    # A call to a peer ends its process, and that of the server with it.
    spawn(fn ->
      {:ok, server} = Server.start_link(name: __MODULE__, handler: __MODULE__)
      send(parent, {:port, server |> Server.address() |> elem(1)})
      Process.sleep(:infinity)
    end)

    receive do: ({:port, port} -> port)
  end

  def stop_server, do: Server.stop(__MODULE__)
  def server_in_flight, do: Server.stats(__MODULE__).in_flight
  def disconnect, do: :erlang.disconnect_node(there())
  def connect, do: :net_kernel.connect_node(there())

  @behaviour Server

  @impl true
  def handle(%{path: "/assign_there"} = request) do
    pid = :erpc.call(there(), Process, :whereis, [__MODULE__])
    ArgumentError = outcome(Server.Native, :assign, [request.ref, pid])
    Server.assign(request, pid)
  rescue
    error in ArgumentError -> Response.text(error.message)
  end

  # The request goes there and comes back.
  def handle(request) do
    {request, response} = GenServer.call({__MODULE__, there()}, request)
    :ok = Server.respond(request, response)
    :later
  end

  def start_answerer do
    {:ok, pid} = GenServer.start(__MODULE__, [], name: __MODULE__)
    pid
  end

  def stop_answerer(pid), do: GenServer.stop(pid)

  @behaviour GenServer

  @impl true
  def init([]), do: {:ok, []}

  @impl true
  def handle_call(%{path: "/hang"}, _from, state), do: {:noreply, state}

  def handle_call(%{path: "/compute"} = request, _from, state),
    do: {:reply, {request, Response.text("computed by #{node()}")}, state}

  def handle_call(%{path: "/answer_there"} = request, _from, state) do
    Server.respond(request, Response.text("from afar"))
  rescue
    error in ArgumentError -> {:reply, {request, Response.text(error.message)}, state}
  end
end
