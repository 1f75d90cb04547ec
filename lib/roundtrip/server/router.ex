defmodule Roundtrip.Server.Router do
  @moduledoc ~S'''
  A DSL for handlers that chooses a block of code by a request's method and path.

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

  In a block you can use three variables: `request`, a `Roundtrip.Server.Request`, `params`, a map
  with the decoded value of each `:name` in the path, and `options`, those of the handler
  `{Greeter, options}`, or `[]` for the handler `Greeter`. The block returns a
  `Roundtrip.Server.Response`, for which `text/2` and `html/2` are imported, or `:later` (see
  `Roundtrip.Server.respond/2`).

  The first route that matches is used. There is a macro for each method, and `any/2` for all
  methods, including those that aren't standard. The router answers these requests by itself:

    * `HEAD` like the `GET` of the same path: Rust sends the headers without the body;
    * `GET /`, unless you define it, with a text that says that the server runs;
    * a path without a route with 404, and a path that has routes only for other methods with 405
      and these methods;
    * a method that isn't standard, and `CONNECT`, with 501, unless a route matches;
    * `OPTIONS *` with 204 and the methods of all routes;
    * a path that isn't valid percent-encoded UTF-8 with 400.

  A router is a handler, a module with `handle/1` and `handle/2`, so a test can call it without a
  server.

  To have `mix format` leave out the parentheses of the macros, add `import_deps: [:roundtrip]` to
  your `.formatter.exs`.
  '''

  alias Roundtrip.Server.{Query, Request, Response}

  @methods [:get, :head, :post, :put, :patch, :delete, :options, :trace, :connect]

  @typedoc "The method of a route, or `:any`."
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
      def handle(request, options \\ []),
        do: Roundtrip.Server.Router.dispatch(__MODULE__, request, options)
    end
  end

  for method <- @methods do
    @doc "Defines a route for `#{method |> to_string() |> String.upcase()}` requests with this path."
    defmacro unquote(method)(path, do: block), do: define_route(unquote(method), path, block)
  end

  @doc "Defines a route for requests of any method with this path."
  defmacro any(path, do: block), do: define_route(:any, path, block)

  # Each route is a function that is named after it, so a stack trace shows which route raised.
  defp define_route(method, path, block) do
    check_path!(path)

    quote do
      @roundtrip_routes {unquote(method), unquote(path)}

      defp unquote(function_name(method, path))(var!(request), var!(params), var!(options)) do
        _ = {var!(request), var!(params), var!(options)}
        unquote(block)
      end
    end
  end

  defp check_path!("/" <> _ = path) do
    names = for ":" <> name <- split(path), do: name

    if "" in names or names != Enum.uniq(names),
      do: raise(ArgumentError, "each parameter of #{inspect(path)} needs a different name")
  end

  defp check_path!(path) do
    raise ArgumentError,
          "a route's path is a literal string that begins with /, got: #{Macro.to_string(path)}"
  end

  # Creating an atom is safe here, because the path is from source code and not from a request.
  defp function_name(method, path), do: :"#{method |> to_string() |> String.upcase()} #{path}"

  defp split(path), do: :binary.split(path, "/", [:global, :trim_all])

  defmacro __before_compile__(env) do
    routes = env.module |> Module.get_attribute(:roundtrip_routes) |> Enum.reverse()
    default = if Enum.any?(routes, &root?/1), do: [], else: [{:get, "/"}]

    quote generated: true do
      @doc "Returns the routes as `{method, path}`, in the order in which they are tried."
      @spec routes() :: [{Roundtrip.Server.Router.method(), String.t()}]
      def routes, do: unquote(routes ++ default)

      @doc false
      unquote_splicing(Enum.map(routes, &match_clause/1))
      unquote_splicing(Enum.map(default, &default_match_clause/1))
      def __match__(_method, _segments), do: nil
    end
  end

  defp root?({method, path}), do: method in [:get, :any] and split(path) == []

  defp match_clause({method, path}) do
    parts = for part <- split(path), do: segment_pattern(part)
    method_pattern = if method == :any, do: quote(do: _), else: method
    params = for {name, variable} when name != nil <- parts, do: {name, variable}

    quote do
      def __match__(unquote(method_pattern), unquote(for {_name, term} <- parts, do: term)),
        do:
          {:route, &(unquote(Macro.var(function_name(method, path), nil)) / 3),
           unquote({:%{}, [], params})}
    end
  end

  defp segment_pattern(":" <> name), do: {name, Macro.var(:"param_#{name}", __MODULE__)}
  defp segment_pattern(literal), do: {nil, literal}

  defp default_match_clause({:get, "/"}) do
    quote do
      def __match__(:get, []), do: {:route, &Roundtrip.Server.Router.default/3, %{}}
    end
  end

  @doc false
  @spec default(Request.t(), map(), term()) :: Response.t()
  def default(_request, _params, _options), do: Response.text("The server is running.\n")

  @doc "Calls the matching route of the router `module`, and returns the response or `:later`."
  @spec dispatch(module(), Request.t(), term()) :: Response.t() | :later
  def dispatch(module, %Request{method: :options, path: "*"}, _options) do
    methods = for {method, _path} <- module.routes(), do: method
    put_allow(Response.empty(204), if(:any in methods, do: @methods, else: methods))
  end

  def dispatch(module, %Request{} = request, options) do
    with {:ok, segments} <- Query.segments(request.path),
         {:route, route, params} <- match(module, request.method, segments) do
      route.(request, params, options)
    else
      {:error, :bad_encoding} ->
        Response.text("bad path\n", status: 400)

      {:not_found, _} when is_binary(request.method) or request.method == :connect ->
        Response.text("not implemented\n", status: 501)

      {:not_found, []} ->
        Response.text("not found\n", status: 404)

      {:not_found, allowed} ->
        put_allow(Response.text("method not allowed\n", status: 405), allowed)
    end
  end

  defp match(module, method, segments) do
    if "" in segments,
      do: {:not_found, []},
      else: module.__match__(method, segments) || fallback(module, method, segments)
  end

  defp fallback(module, :head, segments),
    do: module.__match__(:get, segments) || not_found(module, segments)

  defp fallback(module, _method, segments), do: not_found(module, segments)

  defp not_found(module, segments) do
    {:not_found, for(method <- @methods, module.__match__(method, segments), do: method)}
  end

  defp put_allow(response, methods) do
    methods = if :get in methods, do: [:get, :head | methods], else: methods
    names = for method <- Enum.uniq(methods), do: method |> to_string() |> String.upcase()
    Response.put_header(response, "allow", Enum.join(names, ", "))
  end
end
