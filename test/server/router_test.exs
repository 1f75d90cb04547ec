defmodule Roundtrip.Server.RouterTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Server.Router

  alias Roundtrip.Server.{Request, Response}

  defmodule Methods do
    use Roundtrip.Server.Router

    get "/thing", do: text("get")
    head "/only-head", do: text("head")
    post "/thing", do: text(request.body, status: 201)
    put "/thing", do: text("put")
    patch "/thing", do: text("patch")
    delete "/thing", do: text("delete")
    options "/thing", do: text("options")
    trace "/thing", do: text("trace")
    connect "/thing", do: text("connect")
    any "/any", do: text(to_string(request.method))
  end

  defmodule Paths do
    use Roundtrip.Server.Router

    get "/" do
      html("<p>mine")
    end

    get "/users/new" do
      text("new")
    end

    get "/users/:id" do
      text(shout(params["id"]))
    end

    # Between two routes, as people write them.
    defp shout(text), do: "user " <> text

    get "/users/:id/posts/:post" do
      text([params["id"], "/", params["post"]])
    end

    get "/later" do
      :later
    end

    get "/café" do
      text("noir")
    end
  end

  defp request(method, path, body \\ "") do
    %Request{
      method: method,
      scheme: :http,
      host: "test",
      port: 80,
      path: path,
      query: nil,
      headers: [],
      peer: {{127, 0, 0, 1}, 1},
      version: :"HTTP/1.1",
      body: body,
      ref: nil
    }
  end

  defp answer(router, method, path, body \\ "") do
    %Response{} = response = router.handle(request(method, path, body))
    {response.status, IO.iodata_to_binary(response.body)}
  end

  test "there is a macro for every method" do
    for method <- ~w(get put patch delete options trace connect)a do
      assert answer(Methods, method, "/thing") == {200, to_string(method)}
    end

    assert answer(Methods, :post, "/thing", <<0, 255>>) == {201, <<0, 255>>}
    assert answer(Methods, :head, "/only-head") == {200, "head"}
  end

  test "HEAD uses the route of GET if it has none" do
    assert answer(Methods, :head, "/thing") == {200, "get"}
  end

  test "any/2 matches every method, including non-standard ones" do
    for method <- [:get, :head, :post, "PURGE"],
        do:
          assert(
            answer(Methods, :any |> then(fn _ -> method end), "/any") == {200, to_string(method)}
          )
  end

  test "an unknown path is 404, and a path without a route for the method is 405 with the others" do
    assert answer(Methods, :get, "/nothing") == {404, "not found\n"}

    for {method, path, allow} <- [
          {:delete, "/users/1", "GET, HEAD"},
          {:get, "/only-head", "HEAD"}
        ] do
      router = if path == "/only-head", do: Methods, else: Paths
      response = router.handle(request(method, path))

      assert {response.status, List.keyfind(response.headers, "allow", 0)} ==
               {405, {"allow", allow}}
    end
  end

  test "a method that isn't standard is 501, unless a route matches" do
    for {method, path} <- [
          {"PURGE", "/nothing"},
          {"get", "/users/1"},
          {:connect, "a:1"}
        ],
        do: assert(answer(Paths, method, path) == {501, "not implemented\n"})
  end

  test "OPTIONS * returns the methods of all routes" do
    for {router, allow} <- [
          {Paths, "GET, HEAD"},
          {Methods, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT"}
        ] do
      response = router.handle(request(:options, "*"))
      assert {response.status, response.headers} == {204, [{"allow", allow}]}
    end
  end

  test "the default route is replaced by a route for /" do
    assert {200, "The server is running.\n"} = answer(Methods, :get, "/")
    assert answer(Paths, :get, "/") == {200, "<p>mine"}
    assert answer(Methods, :post, "/") == {405, "method not allowed\n"}
  end

  test "the first matching route is used, and a parameter is one segment" do
    assert answer(Paths, :get, "/users/new") == {200, "new"}
    assert answer(Paths, :get, "/users/7") == {200, "user 7"}
    assert answer(Paths, :get, "/users/7/") == {200, "user 7"}

    for path <- ["//users/7", "/users//7", "/users//", "/users/7//", "//"],
        do: assert({404, _} = answer(Paths, :get, path))

    assert answer(Paths, :get, "/users/7/posts/8") == {200, "7/8"}
    assert {404, _} = answer(Paths, :get, "/users/7/8")
    assert {404, _} = answer(Paths, :get, "/users")
  end

  test "parameters are decoded after the path is split" do
    assert answer(Paths, :get, "/users/a%20b") == {200, "user a b"}
    assert answer(Paths, :get, "/users/a+b") == {200, "user a+b"}
    assert answer(Paths, :get, "/users/a%2Fb") == {200, "user a/b"}
    assert answer(Paths, :get, "/caf%c3%a9") == {200, "noir"}
    assert answer(Paths, :get, "/users/..") == {200, "user .."}
  end

  test "a path with malformed percent-encoding or invalid UTF-8 is 400" do
    for path <- ~w(/users/% /users/%4 /users/%zz /users/%+1 /users/%FF /%C3) do
      assert {400, "bad path\n"} = answer(Paths, :get, path)
    end

    assert {400, _} = answer(Paths, :get, <<"/users/", 255>>)
  end

  test "requests create no atoms" do
    # The first call loads what it needs.
    answer(Paths, :get, "/users/first")
    atoms = :erlang.system_info(:atom_count)
    for n <- 1..200, do: answer(Paths, :get, "/users/never-seen-#{n}/x#{n}")
    assert :erlang.system_info(:atom_count) - atoms < 100
  end

  test "a route may return :later" do
    assert Paths.handle(request(:get, "/later")) == :later
  end

  test "routes/0 lists the routes" do
    assert {:get, "/users/:id"} in Paths.routes()
    assert List.last(Methods.routes()) == {:get, "/"}
    refute {:get, "/"} in tl(Paths.routes())
  end

  test "mix format leaves out the parentheses of every macro" do
    {formatter, _} = Code.eval_file(".formatter.exs")
    macros = Roundtrip.Server.Router.__info__(:macros) -- [__using__: 1, __before_compile__: 1]
    assert Enum.sort(formatter[:export][:locals_without_parens]) == Enum.sort(macros)
    assert formatter[:locals_without_parens] == formatter[:export][:locals_without_parens]
  end

  test "a wrong path raises when the router is compiled" do
    assert_raise ArgumentError, ~r/literal string that begins with \//, fn ->
      compile(~S|get "users" do text("") end|)
    end

    assert_raise ArgumentError, ~r/literal string/, fn ->
      compile(~S|get @path do text("") end|)
    end

    for path <- ["/:", "/:id/:id"] do
      assert_raise ArgumentError, ~r/needs a different name/, fn ->
        compile(~s|get "#{path}" do text("") end|)
      end
    end
  end

  defp compile(route) do
    Code.compile_string("""
    defmodule Roundtrip.Server.RouterTest.Wrong do
      use Roundtrip.Server.Router
      #{route}
    end
    """)
  end
end
