defmodule Roundtrip.Server.InterfaceTest do
  use Roundtrip.ServerCase

  import ExUnit.CaptureLog

  alias Roundtrip.Server.{Listener, Options, Receiver, Request}

  defmodule Handler do
    @behaviour Server

    @impl true
    def handle(request), do: handle(request, nil)

    @impl true
    def handle(%Request{path: "/raise"}, _options), do: raise("on purpose")
    def handle(%Request{path: "/throw"}, _options), do: throw(:ball)
    def handle(%Request{path: "/exit"}, _options), do: exit(:tired)
    def handle(%Request{path: "/wrong"}, _options), do: :no_response
    def handle(%Request{path: "/clause", method: :post}, _options), do: Response.empty(204)
    def handle(%Request{path: "/kill"}, _options), do: Process.exit(self(), :kill)

    def handle(%Request{path: "/later"} = request, _options) do
      tell({:later, request})
      :later
    end

    def handle(%Request{path: "/close"} = request, _options) do
      {:ok, %{"value" => value}} = Server.Query.decode(request.query)
      Response.text("bye", headers: [{"Connection", value}])
    end

    def handle(%Request{path: "/callers"} = request, options) do
      tell({:handled, self(), Process.get(:"$callers"), %{request | ref: nil}, options})
      Response.empty(204)
    end

    def handle(%Request{path: "/"}, options), do: Response.text(inspect(options))
  end

  defmodule Router do
    use Roundtrip.Server.Router

    get "/users/:id", do: text(inspect({params, options}))
    any "/method", do: text(inspect(request.method))
  end

  defp send_text(port, text) do
    {:ok, socket} = Wire.connect(port)
    :ok = Wire.send(socket, text)
    socket
  end

  # Sends a request to a handler that reports it, and returns what it has reported.
  defp handled(port, text) do
    socket = send_text(port, text)
    assert_receive {:handled, pid, callers, request, options}, 5_000
    assert answer(socket).status == 204
    Wire.close(socket)
    %{pid: pid, callers: callers, request: request, options: options}
  end

  describe "issue 11, 12: handler: {module, options}" do
    for mode <- [:task, :inline] do
      test "its handle/2 gets the options (#{mode})" do
        {_server, port} = start_server!({Handler, color: :red}, mode: unquote(mode))
        assert ask(port, "/").body == "[color: :red]"
      end
    end

    test "a router's blocks have the options, which are [] without any" do
      for {handler, options} <- [{{Router, %{color: :red}}, %{color: :red}}, {Router, []}] do
        {_server, port} = start_server!(handler)
        assert ask(port, "/users/7").body == inspect({%{"id" => "7"}, options})
        stop_supervised!(Server)
      end
    end

    test "the module must have handle/2" do
      defmodule OnlyOne do
        def handle(_request), do: Response.empty(204)
      end

      for handler <- [{OnlyOne, []}, {Nowhere, []}, {nil, []}, {Handler, 1, 2}, "Handler"] do
        assert_raise ArgumentError, ~r/^handler must be .* or {module, options} with/, fn ->
          Options.validate!(handler: handler)
        end
      end
    end
  end

  describe "issue 11, 12: scheme, host, port and method of a request" do
    setup do
      {_server, port} = start_server!(Handler)
      %{port: port}
    end

    test "host and port are those of the Host header or of an absolute target", %{port: port} do
      for {line, host, expected} <- [
            {"GET /callers HTTP/1.1", "example.com:4000", {"example.com", 4000}},
            {"GET /callers HTTP/1.1", "example.com", {"example.com", 80}},
            {"GET /callers HTTP/1.1", "Example.com:", {"Example.com", 80}},
            {"GET /callers HTTP/1.1", "[::1]:00081", {"[::1]", 81}},
            {"GET /callers HTTP/1.1", "[::1]", {"[::1]", 80}},
            {"GET /callers HTTP/1.1", "", {nil, nil}},
            {"GET http://other:81/callers HTTP/1.1", "example.com", {"other", 81}}
          ] do
        %{request: request} = handled(port, "#{line}\r\nHost: #{host}\r\n\r\n")
        assert {request.scheme, {request.host, request.port}} == {:http, expected}
      end

      %{request: request} = handled(port, "GET /callers HTTP/1.0\r\n\r\n")
      assert {request.scheme, request.host, request.port} == {:http, nil, nil}
    end

    test "a port that is too large is answered 400", %{port: port} do
      for text <- [
            "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",
            "GET http://a:65536/ HTTP/1.1\r\nHost: a\r\n\r\n"
          ] do
        socket = send_text(port, text)
        assert answer(socket).status == 400
        Wire.close(socket)
      end
    end

    test "a method is an atom if it is standard, and a string otherwise", %{port: port} do
      for {method, expected} <- [
            {"GET", :get},
            {"PATCH", :patch},
            {"PURGE", "PURGE"},
            {"get", "get"},
            {"M-SEARCH", "M-SEARCH"}
          ] do
        %{request: request} = handled(port, "#{method} /callers HTTP/1.1\r\nHost: a\r\n\r\n")
        assert request.method == expected
      end
    end

    test "a router answers 501 for an unknown method, unless a route matches" do
      stop_supervised!(Server)
      {_server, port} = start_server!(Router)
      assert ask(port, "/method", "PURGE").body == ~s("PURGE")
      assert ask(port, "/users/7", "PURGE").status == 501
    end
  end

  describe "issue 11, 12: ip, name and :infinity" do
    test "ip is a tuple" do
      {server, port} = start_server!(Handler, ip: {127, 0, 0, 1})
      assert Server.address(server) == {{127, 0, 0, 1}, port}
      stop_supervised!(Server)

      {server, port} = start_server!(Handler, ip: {0, 0, 0, 0})
      assert Server.address(server) == {{0, 0, 0, 0}, port}
      assert ask(port, "/").status == 200
    end

    test "a name is an atom, {:global, term} or {:via, module, term}" do
      start_supervised!({Registry, keys: :unique, name: __MODULE__})

      for name <- [:web, {:global, {:web, 1}}, {:via, Registry, {__MODULE__, "web"}}] do
        start_server!(Handler, name: name)
        assert {_ip, port} = Server.address(name)
        assert Server.url(name) == "http://127.0.0.1:#{port}"
        assert ask(port, "/").status == 200
        assert %{requests: 1} = Server.stats(name)
        assert %{id: ^name} = Server.child_spec(handler: Handler, name: name)
        assert {:error, {:already_started, _}} = Server.start_link(handler: Handler, name: name)
        stop_supervised!(Server)
      end

      for name <- [{:local, :web}, {:via, "Registry", :web}, {:global, :a, :b}] do
        assert_raise ArgumentError, ~r/^name must be an atom, {:global, term} or {:via/, fn ->
          Options.validate!(handler: Handler, name: name)
        end
      end
    end

    @times [:header_timeout, :body_timeout, :idle_timeout, :write_timeout, :deadline, :shutdown]

    test "each time can be :infinity, and nothing else can" do
      {:ok, server} =
        Server.start_link([handler: Handler] ++ for(name <- @times, do: {name, :infinity}))

      {_ip, port} = Server.address(server)
      socket = open(port, "/later")
      assert_receive {:later, request}, 5_000

      # Without a deadline the receivers look for no overdue handler.
      for {_n, receiver, _, _} <- server |> child(Receiver) |> Supervisor.which_children(),
          do: assert(:sys.get_state(receiver).deadline == :infinity)

      stopping = Task.async(fn -> Server.stop(server) end)
      assert Poll.until(fn -> match?({:error, :econnrefused}, Wire.connect(port)) end)
      assert Server.respond(request, Response.text("at last")) == :ok
      assert answer(socket).body == "at last"
      Wire.close(socket)
      assert Task.await(stopping) == :ok

      for name <-
            [:port, :pool_size, :workers, :max_body, :max_body_total, :max_headers] ++
              [:max_connections, :max_in_flight] do
        assert_raise ArgumentError, ~r/^#{name} must be an integer/, fn ->
          Options.validate!([handler: Handler] ++ [{name, :infinity}])
        end
      end
    end
  end

  describe "issue 11, 12: the start" do
    setup do
      Logger.delete_module_level(Listener)
      on_exit(fn -> Logger.put_module_level(Listener, :warning) end)
    end

    test "is logged in a line with the module and the address" do
      log =
        capture_log(fn ->
          {_server, port} = start_server!({Handler, secret: "s3cret"})
          send(self(), {:port, port})
        end)

      assert_received {:port, port}
      url = "http://127.0.0.1:#{port}"
      assert log =~ "[info] "

      assert log =~
               "Running Roundtrip.Server.InterfaceTest.Handler with Roundtrip.Server at #{url}\n"

      refute log =~ "s3cret"
    end

    test "is logged at another level, or not" do
      start = fn level ->
        capture_log(fn ->
          start_server!(Handler, startup_log: level)
          stop_supervised!(Server)
        end)
      end

      assert start.(:debug) =~ "[debug] "
      assert start.(false) == ""
      assert_raise ArgumentError, ~r/^startup_log must be/, fn -> start.(:loud) end
    end
  end

  describe "issue 11, 12: a crash" do
    @describetag :capture_log

    for mode <- [:task, :inline] do
      test "is logged with its stack trace, crash_reason and callers (#{mode})" do
        {server, port} = start_server!(Handler, mode: unquote(mode), pool_size: 1)
        [{1, receiver, _, _}] = server |> child(Receiver) |> Supervisor.which_children()
        callers = if unquote(mode) == :task, do: [receiver], else: []

        for {path, reason?, banner} <- [
              {"/raise", &match?(%RuntimeError{message: "on purpose"}, &1), "(RuntimeError) on"},
              {"/throw", &(&1 == {:nocatch, :ball}), "(throw) :ball"},
              {"/exit", &(&1 == :tired), "(exit) :tired"},
              {"/wrong", &match?(%RuntimeError{}, &1), "returned :no_response, which is not"},
              {"/clause", &match?(%FunctionClauseError{}, &1), "no function clause matching"},
              {"/close?value=none", &match?(%ArgumentError{}, &1), "set by the server alone"}
            ] do
          {:error, text, metadata} = log_of(fn -> assert ask(port, path).status == 500 end)
          [line | trace] = String.split(text, "\n")
          assert line =~ "500 for get " <> inspect(path |> String.split("?") |> hd())
          assert line =~ banner
          assert hd(trace) =~ ~r/^    .*\.exs?:\d+: Roundtrip\.Server\.\w/ or path =~ "close"
          assert Enum.any?(trace, &(&1 =~ "handler_runner.ex:"))

          assert {reason, stacktrace} = metadata[:crash_reason]
          assert reason?.(reason)
          assert length(stacktrace) == length(trace)
          # Arguments could keep a request, and show what a client has sent.
          for {_m, _f, arity, _location} <- stacktrace, do: assert(is_integer(arity))
          assert metadata[:callers] == callers
        end
      end
    end

    test "is logged with what was raised, however long the method is" do
      {_server, port} = start_server!(Handler)
      method = String.duplicate("M", 10_000)

      {:error, text, _metadata} =
        log_of(fn -> assert ask(port, "/raise", method).status == 500 end)

      assert text =~ ~r/500 for M{20} .*on purpose/
    end

    test "of a handler that is killed is logged with its reason" do
      {_server, port} = start_server!(Handler)
      {:error, text, metadata} = log_of(fn -> assert ask(port, "/kill").status == 500 end)

      assert text =~
               ~s(500 for get "/kill": Roundtrip.Server.InterfaceTest.Handler ** \(exit\) killed)

      assert metadata[:crash_reason] == {:killed, []}
    end

    test "has callers, as in a Task, which are those of its receiver" do
      {server, port} = start_server!(Handler, mode: :task, pool_size: 1)
      [{1, receiver, _, _}] = server |> child(Receiver) |> Supervisor.which_children()
      seen = handled(port, "GET /callers HTTP/1.1\r\nHost: a\r\n\r\n")
      assert {seen.pid == receiver, seen.callers} == {false, [receiver]}
    end

    # A handler of Erlang's logger gets the metadata. Its config is the process to tell.
    def log(%{level: level, msg: {:string, text}, meta: metadata}, %{config: pid}),
      do: send(pid, {:logged, level, IO.chardata_to_string(text), metadata})

    def log(_other, _config), do: :ok

    defp log_of(fun) do
      :ok = :logger.add_handler(__MODULE__, __MODULE__, %{config: self()})
      fun.()
      assert_receive {:logged, level, text, metadata}, 5_000
      :ok = :logger.remove_handler(__MODULE__)
      {level, text, metadata}
    end
  end

  describe "issue 11, 12: connection: close from a handler" do
    test "closes the connection after the response" do
      {_server, port} = start_server!(Handler)

      for value <- ["close", "Close"] do
        # The second request is sent before the first response.
        socket = send_text(port, request("/close?value=#{value}") <> request("/"))
        {read, :closed} = Wire.read_all(socket, 5_000)
        assert [%{status: 200, body: "bye"} = answer] = Wire.answers(read)
        assert for({"connection", value} <- answer.headers, do: value) == ["close"]
        Wire.close(socket)
      end

      socket = send_text(port, request("/"))
      assert header(answer(socket), "connection") == nil
      Wire.send(socket, request("/"))
      assert answer(socket).status == 200
      Wire.close(socket)
    end

    test "with any other value raises" do
      {_server, port} = start_server!(Handler)

      for value <- ["keep-alive", "close,upgrade", ""] do
        log = capture_log(fn -> assert ask(port, "/close?value=#{value}").status == 500 end)

        assert log =~
                 ~s(header "Connection" is set by the server alone, except for connection: close)
      end
    end

    defp request(target), do: "GET #{target} HTTP/1.1\r\nHost: a\r\n\r\n"
  end
end
