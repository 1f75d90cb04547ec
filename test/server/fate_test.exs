defmodule Roundtrip.Server.FateTest do
  use Roundtrip.ServerCase

  import Bitwise
  import ExUnit.CaptureLog

  defmodule Unprintable do
    defexception []

    @impl true
    def message(_exception), do: throw(:unprintable)
  end

  defmodule Fates do
    use Roundtrip.Server.Router
    import Roundtrip.ServerCase, only: [tell: 1]
    alias Roundtrip.Server.Response
    alias Roundtrip.Server.FateTest.Unprintable

    get "/ok", do: text("ok")
    get "/raise", do: raise("line one\nline two")
    get "/throw", do: throw(:ball)
    get "/exit", do: exit(:shutdown)
    get "/normal", do: exit(:normal)
    get "/own-normal", do: Process.exit(self(), :normal)
    get "/unprintable", do: raise(Unprintable)
    get "/nothing", do: {:ok, request.method}
    get "/status", do: text("", status: String.to_integer(params_of(request)))
    get "/large", do: text(List.duplicate("x", 100_000))
    get "/body", do: text([:no_iodata])

    get "/kill" do
      tell({:handler, self()})
      Process.exit(self(), :kill)
    end

    get "/wait" do
      tell({:handler, self()})
      receive do: ({:answer, response} -> response)
    end

    get "/later" do
      tell({:later, request})
      :later
    end

    get "/lost" do
      :later
    end

    get "/header" do
      {:ok, %{"name" => name, "value" => value}} = Roundtrip.Server.Query.decode(request.query)
      Response.put_header(text("ok"), name, value)
    end

    post "/size", do: text(Integer.to_string(byte_size(request.body)))

    post "/length" do
      Response.put_header(text("four"), "content-length", "400")
    end

    defp params_of(request), do: request.query
  end

  for mode <- [:task, :inline] do
    describe "mode #{mode}" do
      @describetag mode: mode

      setup %{mode: mode} = context do
        opts = Map.get(context, :server, [])
        {server, port} = start_server!(Fates, [mode: mode, pool_size: 1] ++ opts)
        %{port: port, pid: server}
      end

      test "a handler that fails causes a 500 and one entry in the log", %{port: port} do
        for {path, why} <- [
              {"/raise", "(RuntimeError) line one line two"},
              {"/throw", ":ball"},
              {"/exit", "shutdown"},
              {"/normal", "normal"},
              {"/unprintable", "with a reason that can't be formatted"},
              {"/nothing", "returned {:ok, :get}, which is not a response"},
              {"/status?99", "status"},
              {"/status?100", "status"},
              {"/status?1000", "status"},
              {"/body", "body must be iodata"}
            ] do
          log = capture_log(fn -> assert %{status: 500} = ask(port, path) end)
          assert log =~ why
          assert log =~ ~s(get "#{path |> String.split("?") |> hd()}")
          assert [_one] = log |> String.split("\n") |> Enum.filter(&(&1 =~ "500 for"))
          assert %{status: 200, body: "ok"} = ask(port, "/ok")
        end
      end

      @tag :capture_log
      test "a handler that ends its process with :normal causes a 500 at once", %{port: port} do
        assert %{status: 500} = ask(port, "/own-normal")
        assert Poll.until(fn -> ask(port, "/ok").status == 200 end)
      end

      @tag :capture_log
      test "a handler that kills itself causes a 500 at once", %{port: port} do
        for _ <- 1..3 do
          assert %{status: 500} = ask(port, "/kill")
          assert_receive {:handler, pid}, 5_000
          await_down(pid)
          assert Poll.until(fn -> ask(port, "/ok").status == 200 end)
        end
      end

      @tag :capture_log
      test "a handler that is killed by another process causes a 500 at once", %{port: port} do
        socket = open(port, "/wait")
        assert_receive {:handler, pid}, 5_000
        Process.exit(pid, :kill)
        assert %{status: 500} = answer(socket)
        Wire.close(socket)
      end

      @tag server: [deadline: 50]
      test "a slow handler causes a 503 at the deadline, and its answer is rejected", %{
        port: port
      } do
        socket = open(port, "/later")
        assert_receive {:later, request}, 5_000
        assert %{status: 503} = answer(socket)
        refute Server.open?(request)
        assert Server.respond(request, Response.text("late")) == {:error, :timeout}
        Wire.close(socket)
      end

      @tag server: [deadline: 100]
      test "each request of a connection has a deadline of its own", %{port: port} do
        socket = open(port, "/ok")
        assert %{status: 200} = answer(socket)

        for _ <- 1..3 do
          before = System.monotonic_time(:millisecond)
          :ok = Wire.send(socket, "GET /later HTTP/1.1\r\nHost: test\r\n\r\n")
          assert %{status: 503} = answer(socket)
          # Not that of the request before it, which the connection's one timer was set for.
          assert System.monotonic_time(:millisecond) - before >= 100
        end

        Wire.close(socket)
      end

      test "a request can be answered later, from any process, once", %{port: port} do
        socket = open(port, "/later")
        assert_receive {:later, request}, 5_000
        assert Server.open?(request)
        assert Server.respond(request, Response.text("at last")) == :ok
        assert %{status: 200, body: "at last"} = answer(socket)
        refute Server.open?(request)
        assert Server.respond(request, Response.text("again")) == {:error, :already_sent}
        assert %{status: 200} = ask(port, "/ok")
        Wire.close(socket)
      end

      test "a request without references is answered 500", %{port: port} do
        assert %{status: 500} = ask(port, "/lost")

        socket = open(port, "/later")
        assert held_and_open?()
        # This process has the last one, as garbage.
        :erlang.garbage_collect()
        assert %{status: 500} = answer(socket)
        Wire.close(socket)
      end

      test "if the assigned process dies, the client gets a 500 at once", %{port: port} do
        for dead_before <- [true, false] do
          socket = open(port, "/later")
          assert_receive {:later, request}, 5_000
          {pid, monitor} = spawn_monitor(fn -> receive(do: (:go -> :ok)) end)
          if dead_before, do: Process.exit(pid, :kill)
          if dead_before, do: assert_receive({:DOWN, ^monitor, _, _, _}, 5_000)
          assert Server.assign(request, pid) == :ok
          Process.exit(pid, :kill)
          assert %{status: 500} = answer(socket)
          assert Server.respond(request, Response.text("late")) == {:error, :already_sent}
          Wire.close(socket)
        end
      end

      test "open?/1 returns false after the client has reset the connection", %{port: port} do
        socket = open(port, "/later")
        assert_receive {:later, request}, 5_000
        Wire.reset(socket)
        assert Poll.until(fn -> not Server.open?(request) end)
        assert Server.respond(request, Response.text("anybody?")) == {:error, :closed}
      end

      test "headers that would split a response raise", %{port: port} do
        for bad <-
              ["name=x-a&value=1%0D%0Ax-b:2", "name=x-a%0D%0A&value=1", "name=&value=1"] ++
                [
                  "name=x-a&value=1%00",
                  "name=x%20a&value=1",
                  "name=x-a&value=%0A",
                  "name=x:&value="
                ] do
          log = capture_log(fn -> assert %{status: 500} = ask(port, "/header?" <> bad) end)
          assert log =~ "ArgumentError"
          assert log =~ "header"
        end

        answer = ask(port, "/header?name=x-a&value=caf%C3%A9")
        assert header(answer, "x-a") == "café"
      end

      test "a request can still be answered after an invalid response", %{port: port} do
        socket = open(port, "/later")
        assert_receive {:later, request}, 5_000

        for wrong <- [
              Response.empty(99),
              Response.empty(:ok),
              Response.put_header(Response.empty(200), "a\r\nb", "1"),
              %Response{status: 200, headers: [{"a", "b", "c"}]},
              %Response{status: 200, headers: :none},
              %Response{status: 200, headers: [{"a", "b"} | :c]},
              %Response{status: 1 <<< 80},
              Response.text([256]),
              Response.text(:text)
            ] do
          assert_raise ArgumentError, ~r/status|header|body/, fn ->
            Server.respond(request, wrong)
          end
        end

        assert Server.respond(request, Response.text("right")) == :ok
        assert %{body: "right"} = answer(socket)
        Wire.close(socket)
      end

      test "a content-length header raises", %{port: port} do
        log = capture_log(fn -> assert %{status: 500} = ask(port, "/length", "POST") end)
        assert log =~ "content-length"
        assert byte_size(ask(port, "/large").body) == 100_000
      end

      @tag server: [max_in_flight: 1]
      test "requests above the limit are answered 503 with Retry-After", %{port: port} do
        first = open(port, "/later")
        assert_receive {:later, request}, 5_000
        refused = ask(port, "/ok")
        assert refused.status == 503
        assert String.to_integer(header(refused, "retry-after")) >= 1
        assert Server.respond(request, Response.text("first")) == :ok
        assert %{body: "first"} = answer(first)
        assert Poll.until(fn -> ask(port, "/ok").status == 200 end)
        Wire.close(first)
      end

      @tag server: [max_connections: 1]
      test "connections above the limit are closed", %{port: port} do
        first = open(port, "/ok")
        assert %{status: 200} = answer(first)
        {:ok, second} = Wire.connect(port)
        {read, :closed} = Wire.read_all(second, 5_000)
        assert [%{status: 503}] = Wire.answers(read)
        Wire.close(second)
        Wire.close(first)
        assert Poll.until(fn -> match?({:ok, %{status: 200}}, try_ask(port)) end)
      end

      @tag server: [max_body: 10, max_headers: 2_000]
      test "a body or a head above its limit is rejected", %{port: port} do
        for {request, status} <- [
              {"POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", 413},
              {"POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789", 200},
              {"POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n",
               413},
              {"GET /ok HTTP/1.1\r\nHost: a\r\nX: #{String.duplicate("x", 4_000)}\r\n\r\n", 431}
            ] do
          {:ok, socket} = Wire.connect(port)
          Wire.send(socket, request)
          assert {:ok, %{status: ^status}} = Wire.read_answer(socket, 5_000)
          Wire.close(socket)
        end
      end
    end
  end

  # In a function of its own: what it held is garbage when it returns.
  defp held_and_open? do
    receive do
      {:later, request} -> Server.open?(request)
    after
      5_000 -> false
    end
  end

  defp try_ask(port) do
    socket = open(port, "/ok")
    read = Wire.read_answer(socket, 5_000)
    Wire.close(socket)
    read
  end
end
