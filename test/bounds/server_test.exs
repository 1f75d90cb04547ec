defmodule Roundtrip.Bounds.ServerTest do
  use Roundtrip.ServerCase

  alias Roundtrip.{ChildVM, LongSchedule}
  alias Roundtrip.Server.{FirstVersion, Native}

  defmodule Later do
    @moduledoc false
    def handle(request) do
      Roundtrip.ServerCase.tell({:asked, request})
      :later
    end
  end

  @too_large "a response must have at most 1 MiB of headers, and 256 MiB of body in 4,194,304 list cells"

  # Each list holds the one before twice: 2 to the power of `depth` parts.
  defp shared(depth, part), do: Enum.reduce(1..depth, part, fn _, part -> [part, part] end)

  # Not a `setup`, because ExUnit would keep the request with the context of the test.
  defp meet do
    {_server, port} = start_server!(Later)
    socket = open(port, "/")
    assert_receive {:asked, request}, 5_000
    {request, socket}
  end

  describe "issue 11, 2: allocation without bound:" do
    test "a body that expands to terabytes is refused, and the request can still be answered" do
      {request, socket} = meet()

      for part <- ["a kilobyte or so", [], ""] do
        # Made in the task, because a closure is copied whole when a process starts with it.
        refusing =
          Task.async(fn ->
            response = %Response{status: 200, body: shared(40, part)}
            assert_raise ArgumentError, @too_large, fn -> Server.respond(request, response) end
          end)

        assert {:ok, _error} =
                 Task.yield(refusing, 10_000) || Task.shutdown(refusing, :brutal_kill)
      end

      assert Server.respond(request, Response.text([["an"], "s" | "wer"])) == :ok
      assert %{status: 200, body: "answer"} = answer(socket)
    end

    test "large responses arrive whole" do
      {request, socket} = meet()
      headers = for n <- 1..40, do: {"x-#{n}", String.duplicate("v", 1_000)}
      body = List.duplicate([?a, "bc" | "d"], 50_000)
      assert Server.respond(request, %Response{status: 200, headers: headers, body: body}) == :ok
      answer = answer(socket)
      assert answer.body == IO.iodata_to_binary(body)
      assert byte_size(header(answer, "x-40")) == 1_000
    end

    test "what is not a response is refused whatever its size" do
      {request, socket} = meet()
      long = String.duplicate("v", 2_000_000)
      pairs = for n <- 1..1_001, do: {"x-#{n}", "v"}
      headers = "headers must be a list of at most 1000 {name, value}, both binaries"

      for {response, message} <- [
            {%Response{status: 200, headers: [{"x-long", long}]}, @too_large},
            {%Response{status: 200, headers: pairs}, headers},
            {%Response{status: 200, headers: [{"x", "y"} | :improper]}, headers},
            {%Response{status: 200, headers: [{"x", :value}]}, headers},
            {%Response{status: 200, body: [256]}, "body must be iodata"},
            {%Response{status: 200, body: ["a" | 1]}, "body must be iodata"},
            {%Response{status: 200, body: [-1]}, "body must be iodata"},
            {%Response{status: 200, body: [<<1::3>>]}, "body must be iodata"},
            {%Response{status: 200, body: [long | :improper]}, "body must be iodata"}
          ] do
        assert_raise ArgumentError, message, fn -> Server.respond(request, response) end
      end

      assert Server.respond(request, Response.empty(204)) == :ok
      assert %{status: 204} = answer(socket)
    end
  end

  describe "issue 11, 2: the first version" do
    test "starts a bounded number of threads" do
      code = """
      config = %Roundtrip.Server.FirstVersion.Config{pool_size: 4_294_967_295}

      try do
        Roundtrip.Server.Native.first_start(config, self())
      rescue
        ArgumentError -> System.halt(7)
      end
      """

      assert ChildVM.run(code) == 7

      for wrong <- [-1, 0, 65, 100_000] do
        assert_raise ArgumentError, "pool_size must be from 1 to 64", fn ->
          Native.first_start(%FirstVersion.Config{pool_size: wrong}, self())
        end
      end

      assert Poll.threads([])
    end
  end

  describe "issue 11, 3: normal schedulers blocked:" do
    test "large headers and many cells are decoded on a dirty scheduler" do
      {request, socket} = meet()
      long = String.duplicate("v", 50_000_000)

      for make <- [
            fn -> %Response{status: 200, headers: [{"x-long", long}]} end,
            # 16 million list cells, in 48 words.
            fn -> %Response{status: 200, body: shared(24, [])} end
          ] do
        refute LongSchedule.blocks?(fn ->
                 response = make.()
                 assert_raise ArgumentError, fn -> Server.respond(request, response) end
               end)
      end

      Wire.close(socket)
    end
  end

  describe "issue 11, 4:" do
    test "a receiver that joins many times is monitored once" do
      {server, _port} = start_server!(Later)
      native = server |> child(Server.Listener) |> Server.Listener.server()
      {receiver, monitor} = spawn_monitor(fn -> receive do: (:end -> :ok) end)
      for _ <- 1..1_000, do: assert(Native.join(native, receiver) == :ok)
      {:monitored_by, monitors} = Process.info(receiver, :monitored_by)
      assert length(monitors) == 2
      send(receiver, :end)
      assert_receive {:DOWN, ^monitor, :process, ^receiver, :normal}, 5_000
    end

    test "the first version ends although its clients drip" do
      {:ok, first} = FirstVersion.start(handler: fn _ -> %FirstVersion.Response{} end)
      port = FirstVersion.port(first)
      clients = for _ <- 1..4, do: Wire.connect(port)
      # Two are read by the two threads, and two wait.
      for {:ok, client} <- clients, do: :ok = Wire.send(client, "GET / HTTP/1.1\r\nx-drip: ")
      assert FirstVersion.receivers?(2)

      dripping =
        spawn_link(fn ->
          for n <- 1..2_000 do
            for {:ok, client} <- clients, do: Wire.send(client, "#{n}")
            Poll.until(fn -> false end, 10)
          end
        end)

      cleaning = Task.async(&Native.first_clean_up/0)
      assert {:ok, 2} = Task.yield(cleaning, 2_000) || Task.shutdown(cleaning, :brutal_kill)
      Process.unlink(dripping)
      Process.exit(dripping, :kill)
      assert Poll.threads([])
      GenServer.stop(first)
    end
  end
end
