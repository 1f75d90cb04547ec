defmodule Roundtrip.Server.RouterPropertyTest do
  use ExUnit.Case, async: true

  alias Roundtrip.Server.{Request, Response}

  @routers 8
  @requests 200

  # Few of each, so that most requests match a route by half or more.
  @route_methods [:get, :head, :post, :delete, :any]
  @request_methods [:get, :head, :post, :delete, :patch]
  @route_segments ["a", "b", ":x", ":y", "é"]
  @request_segments ["a", "b", "%61", "a%2Fb", "%C3%A9", "c+d", "", "..", "%", "%FF"]

  test "random routers answer random requests as their documentation says" do
    seed = ExUnit.configuration()[:seed]
    :rand.seed(:exsss, {seed, 0, 0})

    for _ <- 1..@routers do
      routes = random_routes()
      router = compile(routes)

      for _ <- 1..@requests do
        {method, path} = {Enum.random(@request_methods), random_path(@request_segments)}
        request = struct(Request, method: method, path: path, headers: [], body: "")

        assert answer(router.handle(request)) == expected(routes, method, path),
               "#{method} #{path} with #{inspect(routes)} (mix test --seed #{seed})"
      end
    end
  end

  defp random_routes do
    routes =
      for _ <- 1..:rand.uniform(8),
          path = random_path(@route_segments),
          names = for(":" <> name <- String.split(path, "/"), do: name),
          names == Enum.uniq(names),
          do: {Enum.random(@route_methods), path}

    Enum.uniq([{:get, "/"} | routes])
  end

  defp random_path(segments) do
    slash = Enum.random(["", "", "/"])

    "/" <>
      Enum.map_join(1..(1 + :rand.uniform(2)), "/", fn _ -> Enum.random(segments) end) <> slash
  end

  # Each route answers with its number and its parameters.
  defp compile(routes) do
    module = Module.concat(__MODULE__, "Router#{System.unique_integer([:positive])}")

    clauses =
      for {{method, path}, number} <- Enum.with_index(routes) do
        quote do
          unquote(method)(unquote(path),
            do: text(inspect({unquote(number), var!(params)}))
          )
        end
      end

    body = [quote(do: use(Roundtrip.Server.Router)) | clauses]
    Module.create(module, {:__block__, [], body}, Macro.Env.location(__ENV__))
    module
  end

  defp answer(%Response{status: 200, body: body}), do: {200, IO.iodata_to_binary(body)}

  defp answer(%Response{status: 405, headers: headers}),
    do: {405, headers |> List.keyfind("allow", 0) |> elem(1) |> String.split(", ") |> Enum.sort()}

  defp answer(%Response{status: status}), do: status

  # What the documentation says, without pattern matching and one route after the other.
  defp expected(routes, method, path) do
    segments = path |> String.trim_leading("/") |> String.split("/")
    leading = String.length(path) - String.length(String.trim_leading(path, "/"))
    segments = List.duplicate("", leading - 1) ++ segments
    segments = if List.last(segments) == "", do: Enum.drop(segments, -1), else: segments

    cond do
      Enum.any?(segments, &bad_encoding?/1) -> 400
      "" in segments -> 404
      true -> find(routes, method, Enum.map(segments, &URI.decode/1))
    end
  end

  defp bad_encoding?(segment),
    do:
      String.replace(segment, ~r/%[0-9A-F]{2}/, "") =~ "%" or
        not String.valid?(URI.decode(segment))

  defp find(routes, method, segments) do
    case first(routes, method, segments) || (method == :head && first(routes, :get, segments)) do
      {number, params} -> {200, inspect({number, params})}
      _ -> not_found(routes, segments)
    end
  end

  defp first(routes, method, segments) do
    routes
    |> Enum.with_index()
    |> Enum.find_value(fn {{route_method, path}, number} ->
      params = route_method in [method, :any] && params(path, segments)
      params && {number, params}
    end)
  end

  defp params(path, segments) do
    parts = String.split(path, "/", trim: true)

    if length(parts) == length(segments) do
      pairs = Enum.zip(parts, segments)

      if Enum.all?(pairs, fn {part, segment} -> part == segment or part =~ ~r/^:/ end),
        do: for({":" <> name, segment} <- pairs, into: %{}, do: {name, segment})
    end
  end

  defp not_found(routes, segments) do
    allowed = for {method, path} <- routes, params(path, segments), do: method
    allowed = if :get in allowed, do: [:head | allowed], else: allowed

    case Enum.uniq(allowed) do
      [] ->
        404

      methods ->
        {405, methods |> Enum.map(&(&1 |> to_string() |> String.upcase())) |> Enum.sort()}
    end
  end
end
