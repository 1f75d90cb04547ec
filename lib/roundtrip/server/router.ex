defmodule Roundtrip.Server.Router do
  @moduledoc ~S'''
  Routes: which block answers which method and path.

      iex> defmodule Greeter do
      ...>   use Roundtrip.Server.Router
      ...>
      ...>   get "/users/:id" do
      ...>     text("user #{params["id"]}")
      ...>   end
      ...>
      ...>   post "/users" do
      ...>     text(request.body, status: 201)
      ...>   end
      ...> end
      iex> Greeter.routes()
      [{:get, "/users/:id"}, {:post, "/users"}, {:get, "/"}]

  A block sees two names: `request`, a `Roundtrip.Server.Request`, and `params`, a map from the
  names in the path to what stood in their place, decoded. It gives a `Roundtrip.Server.Response`,
  for which `text/2` and `html/2` are imported, or `:later` (see `Roundtrip.Server.respond/2`).

  The first route that fits is taken. There is a macro for each method, and `any/2`, which fits
  also the methods that are no standard. Nobody needs to write:

    * `HEAD`, where there is a `GET`: the same answer, and its body is counted but not sent;
    * `GET /`, which says that the server runs;
    * 404 for a path that no route knows, and 405, with the methods that there are, for a path
      that routes know under other methods;
    * 400 for a path with wrong percent signs.

  A router is a module with `handle/1` and nothing else, so that another one can take its place by
  the server's `:handler` option, and so that a test can call it without a server.
  '''

  alias Roundtrip.Server.{Query, Request, Response}

  @methods [:get, :head, :post, :put, :patch, :delete, :options, :trace, :connect]

  @typedoc "What a route answers to: a method, or `:any`."
  @type method :: Request.method() | :any

  defmacro __using__(_opts) do
    macros = for name <- [:any | @methods], do: {name, 2}

    quote do
      @behaviour Roundtrip.Server
      @before_compile Roundtrip.Server.Router

      import Roundtrip.Server.Router, only: unquote(macros)
      import Roundtrip.Server.Response, only: [text: 1, text: 2, html: 1, html: 2]

      Module.register_attribute(__MODULE__, :roundtrip_routes, accumulate: true)

      @impl Roundtrip.Server
      def handle(request), do: Roundtrip.Server.Router.dispatch(__MODULE__, request)
    end
  end

  for method <- @methods do
    @doc "Answers `#{method |> to_string() |> String.upcase()}` at this path."
    defmacro unquote(method)(path, do: block), do: route(unquote(method), path, block)
  end

  @doc "Answers every method at this path, as far as no route before it does."
  defmacro any(path, do: block), do: route(:any, path, block)

  # A function for each route, named after it, so that a stack trace says which one it was.
  defp route(method, path, block) do
    check!(path)

    quote do
      @roundtrip_routes {unquote(method), unquote(path)}

      defp unquote(name(method, path))(var!(request), var!(params)) do
        _ = {var!(request), var!(params)}
        unquote(block)
      end
    end
  end

  defp check!("/" <> _ = path) do
    names = for ":" <> name <- split(path), do: name

    if "" in names or names != Enum.uniq(names),
      do: raise(ArgumentError, "each parameter of #{inspect(path)} needs a name of its own")
  end

  defp check!(path) do
    raise ArgumentError,
          "a route's path is a literal string that begins with /, got: #{Macro.to_string(path)}"
  end

  # The names of routes come from source code, never from a request.
  defp name(method, path), do: :"#{method |> to_string() |> String.upcase()} #{path}"

  defp split(path), do: :binary.split(path, "/", [:global, :trim_all])

  defmacro __before_compile__(env) do
    routes = env.module |> Module.get_attribute(:roundtrip_routes) |> Enum.reverse()
    default = if Enum.any?(routes, &root?/1), do: [], else: [{:get, "/"}]

    quote generated: true do
      @doc "The routes, as `{method, path}`, in the order in which they are tried."
      @spec routes() :: [{Roundtrip.Server.Router.method(), String.t()}]
      def routes, do: unquote(routes ++ default)

      @doc false
      unquote_splicing(Enum.map(routes, &clause/1))
      unquote_splicing(Enum.map(default, &default_clause/1))
      def __match__(_method, _segments), do: nil
    end
  end

  defp root?({method, path}), do: method in [:get, :any] and split(path) == []

  defp clause({method, path}) do
    parts = for part <- split(path), do: part(part)
    method_pattern = if method == :any, do: quote(do: _), else: method
    params = for {name, variable} when name != nil <- parts, do: {name, variable}

    quote do
      def __match__(unquote(method_pattern), unquote(for {_name, term} <- parts, do: term)),
        do:
          {:route, &(unquote(Macro.var(name(method, path), nil)) / 2),
           unquote({:%{}, [], params})}
    end
  end

  defp part(":" <> name), do: {name, Macro.var(:"param_#{name}", __MODULE__)}
  defp part(literal), do: {nil, literal}

  defp default_clause({:get, "/"}) do
    quote do
      def __match__(:get, []), do: {:route, &Roundtrip.Server.Router.default/2, %{}}
    end
  end

  @doc false
  @spec default(Request.t(), map()) :: Response.t()
  def default(_request, _params), do: Response.text("Roundtrip serves.\n")

  @doc "What the router `module` makes of a request. Each router's `handle/1` is this."
  @spec dispatch(module(), Request.t()) :: Response.t() | :later
  def dispatch(module, %Request{} = request) do
    with {:ok, segments} <- Query.segments(request.path),
         {:route, route, params} <- match(module, request.method, segments) do
      route.(request, params)
    else
      {:error, :bad_encoding} -> Response.text("bad path\n", status: 400)
      {:none, []} -> Response.text("not found\n", status: 404)
      {:none, allowed} -> not_allowed(allowed)
    end
  end

  defp match(module, method, segments),
    do: module.__match__(method, segments) || instead(module, method, segments)

  defp instead(module, :head, segments),
    do: module.__match__(:get, segments) || none(module, segments)

  defp instead(module, _method, segments), do: none(module, segments)

  defp none(module, segments) do
    known = for method <- @methods, module.__match__(method, segments), do: method
    {:none, if(:get in known, do: Enum.uniq([:get, :head | known]), else: known)}
  end

  defp not_allowed(methods) do
    allow = Enum.map_join(methods, ", ", &(&1 |> to_string() |> String.upcase()))
    Response.text("method not allowed\n", status: 405, headers: [{"allow", allow}])
  end
end
