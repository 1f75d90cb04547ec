defmodule Roundtrip.Server.OptionsTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Server.Options
  doctest Roundtrip.Server.Query
  doctest Roundtrip.Server.Response

  alias Roundtrip.Server
  alias Roundtrip.Server.{Options, Query}

  defmodule Handler do
    def handle(_request), do: Roundtrip.Server.Response.empty(204)
  end

  @no_handler "handler must be a module with handle/1 or {module, options} with handle/2, got: "

  test "options have defaults" do
    options = Options.validate!(handler: Handler)
    assert {options.mode, options.name, options.config.port} == {:task, nil, 0}
    assert options.pool_size == max(div(System.schedulers_online(), 2), 1)
    assert options.config.workers == System.schedulers_online()
    assert options.config.ip == "127.0.0.1"
  end

  test "options are passed on" do
    options = Options.validate!(handler: Handler, port: 4000, mode: :inline, max_body: 0)
    assert {options.config.port, options.mode, options.config.max_body} == {4000, :inline, 0}
  end

  test "a wrong option raises an error that names it" do
    for {name, wrong, message} <- [
          {:port, 70_000, "port must be an integer from 0 to 65535, got: 70000"},
          {:port, "4000", ~s(port must be an integer from 0 to 65535, got: "4000")},
          {:pool_size, 0, "pool_size must be an integer from 1 to 1024, got: 0"},
          {:deadline, 1.5,
           "deadline must be an integer from 1 to 86400000 or :infinity, got: 1.5"},
          {:mode, :fast, "mode must be :task or :inline, got: :fast"},
          {:name, "web",
           ~s(name must be an atom, {:global, term} or {:via, module, term}, got: "web")},
          {:handler, nil, @no_handler <> "nil"},
          {:handler, Nowhere, @no_handler <> "Nowhere"},
          {:handler, Enum, @no_handler <> "Enum"}
        ] do
      assert_raise ArgumentError, message, fn ->
        Options.validate!(Keyword.put([handler: Handler], name, wrong))
      end
    end

    assert_raise ArgumentError, @no_handler <> "nil", fn ->
      Options.validate!([])
    end

    assert_raise ArgumentError, "prot is not an option of Roundtrip.Server", fn ->
      Options.validate!(handler: Handler, prot: 1)
    end

    assert_raise ArgumentError, ~r/keyword list, got: %{}/, fn ->
      apply(Options, :validate!, [%{}])
    end
  end

  test "an ip is an address or localhost" do
    for {ip, text} <- [
          {"0.0.0.0", "0.0.0.0"},
          {"::1", "::1"},
          {"::", "::"},
          {"localhost", "127.0.0.1"},
          {{192, 168, 0, 1}, "192.168.0.1"},
          {{0, 0, 0, 0, 0, 0, 0, 1}, "::1"}
        ],
        do: assert(Options.validate!(handler: Handler, ip: ip).config.ip == text)

    for ip <- ["example.com", "127.1", "", <<255>>, {127, 0, 0, 256}, {127, 0, 0}, 1, nil] do
      assert_raise ArgumentError, ~r/^ip must be an IPv4 or IPv6 address/, fn ->
        Options.validate!(handler: Handler, ip: ip)
      end
    end
  end

  test "a wrong option raises when the child specification is made" do
    assert_raise ArgumentError, ~r/^port must be/, fn ->
      Supervisor.init([{Server, handler: Handler, port: -1}], strategy: :one_for_one)
    end

    assert %{id: {Server, id}, type: :supervisor, shutdown: :infinity} =
             Server.child_spec(handler: Handler)

    assert is_reference(id)

    assert %{id: :web} = Server.child_spec(handler: Handler, name: :web)
  end

  test "any malformed query is an error" do
    for query <- ["%", "a=%4", "a=%zz", "%FF=1", <<"a=", 255>>, "a=1&b=%"],
        do: assert(Query.decode(query) == {:error, :bad_encoding})

    assert Query.decode("") == {:ok, %{}}
    assert Query.decode("&&a&=b&c=d=e&a=1") == {:ok, %{"a" => "1", "" => "b", "c" => "d=e"}}
    assert Query.decode("a%3Db=%26") == {:ok, %{"a=b" => "&"}}
  end
end
