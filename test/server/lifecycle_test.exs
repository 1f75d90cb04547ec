defmodule Roundtrip.Server.LifecycleTest do
  use Roundtrip.ServerCase

  import ExUnit.CaptureLog

  alias Roundtrip.Footprint
  alias Roundtrip.Server.{Drainer, Options, Receiver}

  defmodule Handler do
    use Roundtrip.Server.Router
    import Roundtrip.ServerCase, only: [tell: 1]

    get "/ok", do: text("ok")
    get "/raise", do: raise("\e]0;title\a \x9b1m \u009b1m \u202E \u2028 " <> params_of(request))

    get "/hang" do
      tell({:handler, self()})
      receive do: (:go -> text("gone"))
    end

    get "/later" do
      tell({:later, request})
      :later
    end

    get "/unlink" do
      {:links, links} = Process.info(self(), :links)
      Enum.each(links, &Process.unlink/1)
      tell({:handler, self()})
      Process.exit(self(), :kill)
    end

    post "/body", do: text("#{byte_size(request.body)}")

    defp params_of(request), do: request.query
  end

  @moduletag :capture_log

  describe "issue 11, 7: idle_timeout begins when the response is written" do
    test "after a deadline's 503" do
      {_server, port} = start_server!(Handler, deadline: 150, idle_timeout: 200)
      socket = open(port, "/later")
      assert answer(socket).status == 503
      assert Wire.read_all(socket, 2_000) == {"", :closed}
      Wire.close(socket)
    end

    test "after a slow 200" do
      {_server, port} = start_server!(Handler, idle_timeout: 200)
      socket = open(port, "/later")
      assert_receive {:later, request}, 5_000
      # Longer than a quarter of the timeout, after which the connection's timer has fired.
      Process.send_after(self(), :answer, 150)
      assert_receive :answer, 5_000
      assert Server.respond(request, Response.text("slow")) == :ok
      assert answer(socket).body == "slow"
      assert Wire.read_all(socket, 2_000) == {"", :closed}
      Wire.close(socket)
    end
  end

  describe "issue 11, 8: what hangs is bounded" do
    test "a handler that hangs is killed at its deadline" do
      {server, port} = start_server!(Handler, mode: :task, max_in_flight: 3, deadline: 50)

      log =
        capture_log(fn ->
          for _ <- 1..6 do
            assert ask(port, "/hang").status == 503
            assert_receive {:handler, handler}, 5_000
            await_down(handler)
          end

          assert Poll.until(fn -> Server.stats(server).in_flight == 0 end)
        end)

      assert log =~ ~s(/hang": Roundtrip.Server.LifecycleTest.Handler was killed at its deadline)
      assert ask(port, "/ok").status == 200
    end

    test "a handler that hangs is killed at its deadline if its client has gone" do
      {server, port} = start_server!(Handler, mode: :task, deadline: 50)
      socket = open(port, "/hang")
      assert_receive {:handler, handler}, 5_000
      Wire.reset(socket)
      await_down(handler)
      assert Poll.until(fn -> Server.stats(server).in_flight == 0 end)
    end

    test "the mailbox of an inline receiver holds no more than max_in_flight" do
      opts = [mode: :inline, pool_size: 1, max_in_flight: 5, deadline: 20]
      {server, port} = start_server!(Handler, opts)
      for _ <- 1..20, do: assert(ask(port, "/hang").status == 503)

      [{1, receiver, _, _}] = server |> child(Receiver) |> Supervisor.which_children()
      assert {:message_queue_len, queued} = Process.info(receiver, :message_queue_len)
      assert queued < 5

      for _ <- 0..queued do
        assert_receive {:handler, ^receiver}, 5_000
        send(receiver, :go)
      end

      assert Poll.until(fn -> Server.stats(server).in_flight == 0 end)
      assert ask(port, "/ok").status == 200
    end

    test "a request that was passed on is in flight until it is answered or known to be closed" do
      {server, port} = start_server!(Handler, max_in_flight: 2, deadline: 100)

      requests =
        for _ <- 1..2 do
          assert ask(port, "/later").status == 503
          assert_receive {:later, request}, 5_000
          request
        end

      assert Server.stats(server).in_flight == 2
      assert header(ask(port, "/ok"), "retry-after") == "1"
      [one, other] = requests
      assert Server.respond(one, Response.text("late")) == {:error, :timeout}
      refute Server.open?(other)
      assert Server.stats(server).in_flight == 0
      assert ask(port, "/ok").status == 200
    end
  end

  describe "issue 11, 8: an abandoned request" do
    # Half a kilobyte a request is seen only after many.
    @tag :slow
    test "leaves nothing when it was answered" do
      {_server, port} = start_server!(Handler, deadline: 600_000)
      for _ <- 1..20, do: abandon(port, 200)
      before = Footprint.now().rss
      for _ <- 1..300, do: abandon(port, 200)
      assert Footprint.now().rss - before < 12_000_000
    end

    defp abandon(port, count) do
      clients =
        for _ <- 1..count do
          socket = open(port, "/later")
          assert_receive {:later, request}, 5_000
          {socket, request}
        end

      for {socket, _request} <- clients, do: Wire.reset(socket)

      for {_socket, request} <- clients do
        assert Poll.until(fn -> not Server.open?(request) end)
        assert Server.respond(request, Response.text("nobody")) == {:error, :closed}
      end
    end
  end

  describe "issue 11, 11:" do
    test "a handler that unlinks itself and is killed causes a 500 at once" do
      {server, port} = start_server!(Handler, mode: :task, pool_size: 1)
      assert ask(port, "/unlink").status == 500
      assert_receive {:handler, handler}, 5_000
      await_down(handler)
      [{1, receiver, _, _}] = server |> child(Receiver) |> Supervisor.which_children()
      assert :sys.get_state(receiver).tasks == %{}
    end

    test "open?/1 returns false after a reset with pipelined bytes behind the request" do
      {_server, port} = start_server!(Handler)

      # What hyper reads ahead, and what is more than it reads ahead.
      for behind <- ["GET", String.duplicate("GET /ok HTTP/1.1\r\nHost: a\r\n\r\n", 10_000)] do
        {:ok, socket} = Wire.connect(port)
        Wire.send(socket, ["GET /later HTTP/1.1\r\nHost: a\r\n\r\n", behind])
        assert_receive {:later, request}, 5_000
        assert Server.open?(request)
        Wire.reset(socket)
        assert Poll.until(fn -> not Server.open?(request) end)
        assert Server.respond(request, Response.text("nobody")) == {:error, :closed}
      end
    end

    test "a server whose supervisor is killed ends without a crash" do
      Process.flag(:trap_exit, true)

      log =
        capture_log(fn ->
          {:ok, server} = Server.start_link(handler: Handler)
          drainer = child(server, Drainer)
          Process.exit(server, :kill)
          await_down(drainer)
        end)

      refute log =~ "ArgumentError"
    end

    test "clients whose request isn't answered within :shutdown get a 503" do
      for shutdown <- [0, 50] do
        {:ok, server} = Server.start_link(handler: Handler, shutdown: shutdown)
        {_ip, port} = Server.address(server)
        waiting = open(port, "/hang")
        assert_receive {:handler, _handler}, 5_000
        {:ok, sending} = Wire.connect(port)
        Wire.send(sending, "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1234")
        assert Poll.until(fn -> Server.stats(server).requests == 2 end)

        clients =
          for socket <- [waiting, sending], do: Task.async(fn -> read_and_close(socket) end)

        assert Server.stop(server) == :ok

        for read <- Task.await_many(clients) do
          assert [%{status: 503} = answer] = Wire.answers(read)
          assert header(answer, "connection") == "close"
        end
      end
    end

    defp read_and_close(socket) do
      {read, :closed} = Wire.read_all(socket, 5_000)
      Wire.close(socket)
      read
    end

    test "a log entry has no control characters" do
      {_server, port} = start_server!(Handler)

      log =
        capture_log([colors: [enabled: false]], fn ->
          assert ask(port, "/raise?visible").status == 500
        end)

      # The stack trace is on lines of its own.
      lines = String.split(log, "\n")
      assert [line] = Enum.filter(lines, &(&1 =~ "500 for"))
      assert line =~ "visible"
      for line <- lines, do: refute(line =~ ~r/[\p{C}\p{Zl}\p{Zp}]/u)
    end

    test "two servers without a name run in one supervisor" do
      children = for _ <- 1..2, do: {Server, handler: Handler}
      {:ok, supervisor} = Supervisor.start_link(children, strategy: :one_for_one)

      for {_id, server, _, _} <- Supervisor.which_children(supervisor) do
        {_ip, port} = Server.address(server)
        assert ask(port, "/ok").status == 200
      end

      Supervisor.stop(supervisor)
    end

    test "one child specification under two ids starts two servers" do
      one = Server.child_spec(handler: Handler)
      children = [one, Supervisor.child_spec(one, id: :other)]
      {:ok, supervisor} = Supervisor.start_link(children, strategy: :one_for_one)

      first = child(supervisor, one.id)
      address = Server.address(first)
      assert Server.address(child(supervisor, :other)) != address

      Process.exit(first, :kill)
      await_down(first)
      assert Server.address(child(supervisor, one.id)) == address

      Supervisor.stop(supervisor)
    end

    test "an option that is given twice is named" do
      assert_raise ArgumentError, "port is given more than once", fn ->
        Options.validate!(handler: Handler, port: 1, port: 2)
      end
    end
  end
end
