# Mix leaves applications that mix.exs does not name off the path, since Elixir 1.15.
if function_exported?(Mix, :ensure_application!, 1),
  do: for(app <- [:inets, :public_key, :ssl], do: apply(Mix, :ensure_application!, [app]))

defmodule Roundtrip.Server.ClientsTest do
  use Roundtrip.ServerCase

  # Says what a request was, to be read off by any client.
  defmodule Echo do
    use Roundtrip.Server.Router

    any "/echo" do
      {_ip, peer} = request.peer
      said = {request.method, request.path, request.query, request.version, peer}
      type = List.keyfind(request.headers, "x-test", 0)
      text(inspect({said, type}) <> "\n" <> request.body)
    end

    any "/length" do
      text("#{byte_size(request.body)} #{:erlang.crc32(request.body)}")
    end

    get "/bytes" do
      Roundtrip.Server.Response.send("application/octet-stream", for(n <- 0..255, do: n))
    end
  end

  @methods ~w(GET HEAD POST PUT PATCH DELETE OPTIONS TRACE)

  describe "curl" do
    unless System.find_executable("curl") do
      IO.puts(:stderr, "· curl is missing, its tests are skipped: apt-get install curl")
      @describetag skip: "curl is missing"
    end

    setup do
      {_server, port} = start_server!(Echo, max_body: 2_000_000)
      %{url: "http://127.0.0.1:#{port}"}
    end

    test "every method", %{url: url} do
      for method <- @methods -- ["HEAD"] do
        assert {text, 0} = curl(["-X", method, "-H", "X-Test: 1", url <> "/echo?a=1"])
        assert text =~ "{:#{String.downcase(method)}, \"/echo\", \"a=1\", :\"HTTP/1.1\", "
        assert text =~ ~s({"x-test", "1"})
      end

      assert {text, 0} = curl(["-X", "PURGE", url <> "/echo"])
      assert text =~ ~s({"PURGE", )

      # Its target is a host and a port; with a path it is known to be wrong, or unknown.
      status = ["-o", "/dev/null", "-w", "%{http_code}"]
      assert {refused, 0} = curl(status ++ ["-X", "CONNECT", url <> "/bytes"])
      assert refused in ["400", "405"]
    end

    test "HEAD: the content-length of the body, without the body", %{url: url} do
      assert {text, 0} = curl(["--head", url <> "/bytes"])
      assert [head, ""] = String.split(text, "\r\n\r\n")
      assert String.downcase(head) =~ "content-length: 256"
    end

    test "any bytes in both directions", %{url: url} do
      assert {bytes, 0} = curl([url <> "/bytes"])
      assert bytes == for(n <- 0..255, into: "", do: <<n>>)

      body = file(bytes)
      assert {text, 0} = curl(["--data-binary", "@" <> body, url <> "/length"])
      assert text == "256 #{:erlang.crc32(bytes)}"
    end

    test "keep-alive: two requests, one connection", %{url: url} do
      assert {text, 0} =
               curl(["-w", "connects=%{num_connects}\n", url <> "/echo", url <> "/echo"])

      assert Regex.scan(~r/connects=(\d)/, text) == [["connects=1", "1"], ["connects=0", "0"]]
      assert [_, [peer], [peer]] = [nil | Regex.scan(~r/\d+}, nil/, text)]
    end

    test "a chunked upload", %{url: url} do
      bytes = :crypto.strong_rand_bytes(300_000)
      chunked = ["-H", "Transfer-Encoding: chunked", "--data-binary", "@" <> file(bytes)]
      assert {text, 0} = curl(chunked ++ [url <> "/length"])
      assert text == "300000 #{:erlang.crc32(bytes)}"
    end

    test "100-continue: accepted", %{url: url} do
      expect = ["-i", "-H", "Expect: 100-continue", "--expect100-timeout", "30", "-d", "body"]
      assert {text, 0} = curl(expect ++ [url <> "/echo"])
      assert [continue, head, body] = String.split(text, "\r\n\r\n")
      assert continue =~ "HTTP/1.1 100 "
      assert head =~ "HTTP/1.1 200 "
      assert String.ends_with?(body, "\nbody")
    end

    test "100-continue: rejected with 413 if the body is too large", %{url: url} do
      body = file(:binary.copy("x", 2_000_001))
      expect = ["-i", "-H", "Expect: 100-continue", "--expect100-timeout", "30"]
      {text, _status} = curl(expect ++ ["--data-binary", "@" <> body, url <> "/length"])
      assert text =~ "HTTP/1.1 413 "
      refute text =~ "HTTP/1.1 100 "
    end

    test "HTTP/1.0: answered, then closed", %{url: url} do
      args = [
        "--http1.0",
        "-i",
        "-w",
        "connects=%{num_connects}\n",
        url <> "/echo",
        url <> "/echo"
      ]

      assert {text, 0} = curl(args)
      assert text =~ ~s(:"HTTP/1.0")
      assert Regex.scan(~r/connects=(\d)/, text, capture: :all_but_first) == [["1"], ["1"]]
    end

    defp curl(args) do
      System.cmd("curl", ["--silent", "--max-time", "60", "--noproxy", "*"] ++ args)
    end

    defp file(bytes) do
      path = Path.join(System.tmp_dir!(), "roundtrip-#{System.unique_integer([:positive])}")
      File.write!(path, bytes)
      on_exit(fn -> File.rm(path) end)
      path
    end
  end

  describe ":httpc" do
    setup do
      {:ok, _} = Application.ensure_all_started(:inets)
      {:ok, _profile} = :inets.start(:httpc, profile: :roundtrip)
      on_exit(fn -> :inets.stop(:httpc, :roundtrip) end)
      {_server, port} = start_server!(Echo)
      %{url: "http://127.0.0.1:#{port}"}
    end

    test "every method that it knows", %{url: url} do
      for method <- [:get, :options, :trace, :delete] do
        assert {200, _, text} = httpc(method, {url <> "/echo", []})
        assert String.starts_with?(text, "{{:#{method}, ")
      end

      for method <- [:post, :put, :patch, :delete] do
        request = {url <> "/echo", [], ~c"text/plain", "body"}
        assert {200, _, text} = httpc(method, request)
        assert String.starts_with?(text, "{{:#{method}, ")
        assert String.ends_with?(text, "\nbody")
      end

      assert {200, headers, ""} = httpc(:head, {url <> "/bytes", []})
      assert {~c"content-length", ~c"256"} in headers
    end

    test "keep-alive: a second request comes from the same port", %{url: url} do
      # httpc may ask again before it has put the first connection aside.
      assert Poll.until(fn -> echo(url) == echo(url) end)
    end

    test "a chunked upload", %{url: url} do
      chunks = for n <- 1..100, do: String.duplicate("#{n},", 100)

      next = fn
        [] -> :eof
        [chunk | rest] -> {:ok, chunk, rest}
      end

      request = {url <> "/length", [], ~c"text/plain", {:chunkify, next, chunks}}
      assert {200, _, text} = httpc(:post, request)
      assert text == "#{IO.iodata_length(chunks)} #{:erlang.crc32(chunks)}"
    end

    test "HTTP/1.0", %{url: url} do
      assert {200, _, text} = httpc(:get, {url <> "/echo", []}, version: ~c"HTTP/1.0")
      assert text =~ ~s(:"HTTP/1.0")
    end

    test "100-continue", %{url: url} do
      request = {url <> "/echo", [{~c"expect", ~c"100-continue"}], ~c"text/plain", "body"}
      assert {200, _, text} = httpc(:post, request)
      assert String.ends_with?(text, "\nbody")
    end

    defp echo(url) do
      {200, _headers, text} = httpc(:get, {url <> "/echo", []})
      text
    end

    defp httpc(method, request, opts \\ []) do
      opts = [timeout: 10_000] ++ opts

      {:ok, {{_version, status, _reason}, headers, body}} =
        :httpc.request(method, request, opts, [body_format: :binary], :roundtrip)

      {status, headers, body}
    end
  end
end
