defmodule Roundtrip.Server.BoundsTest do
  # Points 6, 7, 9 and 10 of issue 11, as far as one raw request doesn't show them: see malformed_test.exs.
  use Roundtrip.ServerCase

  alias Roundtrip.Footprint

  defmodule Handler do
    use Roundtrip.Server.Router
    import Roundtrip.ServerCase, only: [tell: 1]
    alias Roundtrip.Server.Response

    any "/later" do
      tell({:later, request})
      :later
    end

    post("/size", do: text(Integer.to_string(byte_size(request.body))))
    get("/large", do: text(:binary.copy("x", String.to_integer(request.query))))
    get("/status", do: text("body", status: String.to_integer(request.query)))
    get("/host", do: text(inspect(for {"host", host} <- request.headers, do: host)))
    get("/admin", do: text("admin"))
  end

  @megabyte 1_048_576
  @zeros :binary.copy("0", @megabyte)

  describe "issue 11, 6:" do
    test "a chunk size of many zeros takes no memory" do
      {_server, port} = start_server!(Handler)
      socket = open_chunked(port)
      before = Footprint.now().rss
      for _ <- 1..24, do: assert(Wire.send(socket, @zeros) == :ok)
      assert Footprint.now().rss - before < 12 * @megabyte
      Wire.close(socket)
    end

    test "a chunk size of endless zeros ends by body_timeout, though there is always more to read" do
      {_server, port} = start_server!(Handler, body_timeout: 300)
      socket = open_chunked(port)
      # A rejected client may send for one more second.
      assert Enum.find(1..100_000, fn _ -> Wire.send(socket, @zeros) == :closed end)
      Wire.close(socket)
    end

    test "the connection is closed after a request with a Transfer-Encoding, whatever its answer" do
      {_server, port} = start_server!(Handler, max_body: 10)
      hidden = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n"

      for {path, body, status} <- [
            {"/size", "1\r\nx\r\n0\r\n\r\n", 200},
            {"/nothing", "0\r\n\r\n", 404},
            {"/size", "b\r\n01234567890\r\n0\r\n\r\n", 413},
            # hyper takes the bare LF for the end of the trailers.
            {"/size", "1\r\nx\r\n0\r\nX: x\n\r\n", 200}
          ],
          length <- ["", "Content-Length: 3\r\n"] do
        {:ok, socket} = Wire.connect(port)
        head = "POST #{path} HTTP/1.1\r\nHost: a\r\n#{length}Transfer-Encoding: chunked\r\n\r\n"
        Wire.send(socket, head <> body <> hidden)
        {read, :closed} = Wire.read_all(socket, 5_000)
        assert [%{status: answered} = answer] = Wire.answers(read)
        assert answered in [status, 400]
        assert header(answer, "connection") == "close"
        Wire.close(socket)
      end
    end
  end

  test "issue 11, 7: an idle connection is closed after a 503, too" do
    {_server, port} = start_server!(Handler, idle_timeout: 200, deadline: 200)
    socket = open(port, "/later")
    assert %{status: 503} = answer(socket)
    assert Wire.read_all(socket, 5_000) == {"", :closed}
    Wire.close(socket)
  end

  describe "issue 11, 9:" do
    test "a client that closes its sending half gets its answer" do
      {_server, port} = start_server!(Handler)

      for _ <- 1..20,
          request <- [
            "GET /host HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
            "POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
          ] do
        {:ok, socket} = Wire.connect(port)
        Wire.send(socket, request)
        Wire.half_close(socket)
        assert {read, :closed} = Wire.read_all(socket, 5_000)
        assert [%{status: 200}] = Wire.answers(read)
        Wire.close(socket)
      end
    end

    test "so it does after a while, and for each of its requests" do
      {_server, port} = start_server!(Handler)
      socket = open(port, "/later")
      :ok = Wire.send(socket, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
      Wire.half_close(socket)

      for _ <- 1..2 do
        assert_receive {:later, request}, 5_000
        assert Server.open?(request)
        assert Server.respond(request, Response.text("ok")) == :ok
      end

      assert {read, :closed} = Wire.read_all(socket, 5_000)
      assert [%{status: 200}, %{status: 200}] = Wire.answers(read)
      Wire.close(socket)
    end

    test "a reset is noticed, also behind a half-close or another request" do
      {_server, port} = start_server!(Handler, idle_timeout: 400)

      for behind <- [
            fn _ -> :ok end,
            &Wire.half_close/1,
            &Wire.send(&1, "GET /host HTTP/1.1\r\nHost: a\r\n\r\n")
          ] do
        socket = open(port, "/later")
        assert_receive {:later, request}, 5_000
        behind.(socket)
        Wire.reset(socket)
        assert Poll.until(fn -> not Server.open?(request) end)
        assert Server.respond(request, Response.text("anybody?")) == {:error, :closed}
      end
    end

    test "a client must read 8 MiB in each write_timeout" do
      {server, port} = start_server!(Handler, write_timeout: 1_500)

      # 48 MiB earn 9 s, and take longer than the timeout.
      fast = Task.async(fn -> read_slowly(port, 48 * @megabyte, 4 * @megabyte, 130) end)
      assert Task.await(fast, 15_000) == 48 * @megabyte

      # 2.5 MiB a second are too few, although the client is never long without reading.
      slow = Task.async(fn -> read_slowly(port, 24 * @megabyte, div(@megabyte, 4), 100) end)
      assert Poll.until(fn -> Server.stats(server).connections == 1 end)
      assert Poll.until(fn -> Server.stats(server).connections == 0 end, 10_000)
      assert Task.await(slow, 15_000) < 16 * @megabyte
    end

    test "all bodies together have a limit, and each is released with its request" do
      {server, port} = start_server!(Handler, max_body: 1_000, max_body_total: 1_500)
      upload = fn -> open_upload(port, 1_000) end

      for _ <- 1..3 do
        first = upload.()
        assert_receive {:later, request}, 5_000

        refused = upload.()
        assert %{status: 503} = answer = answer(refused)
        assert String.to_integer(header(answer, "retry-after")) >= 1

        # A body counts as far as it has arrived.
        unfinished = open_upload(port, 1_000, 400)
        assert Poll.until(fn -> Server.stats(server).in_flight == 2 end)
        Wire.reset(unfinished)
        assert Poll.until(fn -> Server.stats(server).in_flight == 1 end)

        assert Server.respond(request, Response.text("ok")) == :ok
        assert %{status: 200} = answer(first)
        Enum.each([first, refused], &Wire.close/1)
      end
    end
  end

  describe "issue 11, 10:" do
    setup do
      {_server, port} = start_server!(Handler)
      %{port: port}
    end

    test "RFC 9112 3.2.2: the host in an absolute target replaces the Host header", %{port: port} do
      assert ask(port, "http://other:81/host").body == ~s(["other:81"])
      assert ask(port, "HTTP://[::1]/host").body == ~s(["[::1]"])
      assert ask(port, "/host").body == ~s(["test"])
    end

    test "RFC 9110 7.4: a target with another scheme is misdirected", %{port: port} do
      for target <- ["https://a/host", "ftp://a/host"],
          do: assert(ask(port, target).status == 421)
    end

    test "RFC 9110 15.3.6: a 205 has no content", %{port: port} do
      assert %{status: 205, body: ""} = answer = ask(port, "/status?205")
      assert header(answer, "content-length") == "0"
    end

    test "RFC 9112 4: a status without a standard reason phrase has a readable one", %{port: port} do
      for {status, line} <- [{299, "299 Unknown"}, {599, "599 Unknown"}, {404, "404 Not Found"}] do
        socket = open(port, "/status?#{status}")
        assert {:ok, read} = :socket.recv(socket, 0, 5_000)
        assert String.starts_with?(read, "HTTP/1.1 #{line}\r\n")
        Wire.close(socket)
      end
    end

    test "RFC 9110 9.1: an unknown method is 501, a known one without a route 405", %{port: port} do
      for {method, target, status} <- [
            {"BREW", "/admin", 501},
            {"get", "/admin", 501},
            {"BREW", "/nothing", 501},
            {"CONNECT", "a:80", 501},
            {"DELETE", "/admin", 405},
            {"DELETE", "/nothing", 404}
          ],
          do: assert(ask(port, target, method).status == status)
    end

    test "RFC 9110 9.3.7: OPTIONS * is about the server as a whole", %{port: port} do
      assert %{status: 204} = answer = ask(port, "*", "OPTIONS")
      assert header(answer, "allow") =~ "GET, HEAD, POST"
    end

    test "RFC 3986 6.2.2: a path with empty segments is another path", %{port: port} do
      for path <- ["//admin//", "//admin", "/admin//", "/./admin"],
          do: assert(ask(port, path).status == 404)

      for path <- ["/admin", "/admin/"], do: assert(ask(port, path).status == 200)
    end
  end

  defp open_chunked(port) do
    {:ok, socket} = Wire.connect(port)
    head = "POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    :ok = Wire.send(socket, head)
    socket
  end

  defp open_upload(port, size, sent \\ nil) do
    {:ok, socket} = Wire.connect(port)
    head = "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: #{size}\r\n\r\n"
    :ok = Wire.send(socket, head <> :binary.copy("x", sent || size))
    socket
  end

  # Reads so many bytes, waits so many milliseconds, and so on. Returns how long the body was.
  defp read_slowly(port, size, bytes, pause) do
    {:ok, socket} = Wire.connect(port)
    # Else the system would read for the client, up to 32 MiB.
    :ok = :socket.setopt(socket, {:socket, :rcvbuf}, bytes)
    :ok = Wire.send(socket, "GET /large?#{size} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    {:ok, start} = :socket.recv(socket, 0, 5_000)
    [head, _] = String.split(start, "\r\n\r\n", parts: 2)
    read = read_slowly(socket, bytes, pause) + byte_size(start)
    Wire.close(socket)
    read - byte_size(head) - 4
  end

  defp read_slowly(socket, bytes, pause) do
    case :socket.recv(socket, bytes, [], 5_000) do
      {:ok, read} ->
        # The pause is what is tested.
        Process.sleep(pause)
        byte_size(read) + read_slowly(socket, bytes, pause)

      {:error, {_reason, read}} ->
        byte_size(read)

      {:error, _reason} ->
        0
    end
  end
end
