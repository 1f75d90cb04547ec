defmodule Roundtrip.Server.Options do
  @moduledoc """
  The options of a server, and their validation.

  A wrong value raises an `ArgumentError` that names its option. It is raised where the child
  specification is made, and not in a process that a supervisor starts later.

      iex> Roundtrip.Server.Options.validate!(handler: MyRouter, port: 70_000)
      ** (ArgumentError) port must be an integer from 0 to 65535, got: 70000

  ## Options

  | option | unit | default | |
  |---|---|---|---|
  | `:handler` | | | a module, whose `handle/1` answers requests, or `{module, options}`, whose `handle/2` gets the options as well; required |
  | `:name` | | none | a name for the server's supervisor: an atom, `{:global, term}` or `{:via, module, term}` |
  | `:ip` | | `{127, 0, 0, 1}` | an IPv4 or IPv6 address as a tuple or a string, or `"localhost"`; `{0, 0, 0, 0}` is every address |
  | `:port` | | 0 | 0 takes any free port, and keeps it when the server is restarted |
  | `:mode` | | `:task` | `:task`: a process for each request; `:inline`: the receiver calls the handler |
  | `:pool_size` | processes | 1 for two schedulers | the number of receivers |
  | `:workers` | threads | 1 for each scheduler | the Rust threads that serve connections |
  | `:max_body` | bytes | 8,388,608 | a larger body is answered 413 |
  | `:max_body_total` | bytes | 268,435,456 | the bodies of all requests in flight together; beyond it a request gets a 503 with `Retry-After` |
  | `:max_headers` | bytes | 16,384 | a larger head is answered 431, or 414 if its target alone is larger; up to 8,192 bytes are read in any case |
  | `:max_connections` | | 1,024 | one more is answered 503 and closed |
  | `:max_in_flight` | requests | 1,024 | being read, waiting in a receiver, or in a handler; one more gets a 503 with `Retry-After` |
  | `:header_timeout` | ms | 10,000 | for a head, from its first byte, then 408; a new connection that sends nothing is closed |
  | `:body_timeout` | ms | 30,000 | for a body, then 408 |
  | `:idle_timeout` | ms | 60,000 | between two requests of a connection, which is then closed |
  | `:write_timeout` | ms | 30,000 | for a client to read a response, or each 8 MiB of a larger one; a slower connection is closed |
  | `:deadline` | ms | 30,000 | for the handler, then 503; in `:task` mode a handler that is still running is killed |
  | `:shutdown` | ms | 5,000 | for the requests in flight when the server stops, then 503 |
  | `:startup_log` | | `:info` | the `Logger` level of the line that tells the address, or `false` for none |
  | `:answer_in_rust` | boolean | `false` | for benchmarks: Rust answers 200 with the request's own body |

  Each option in milliseconds can be `:infinity`. Sizes and numbers always have a limit, because each
  of them limits memory.

  The timeouts for heads, bodies, idle connections and writes may be noticed late, by at most a
  quarter of the shortest of the four. Choose a generous `:write_timeout`: a client that reads slowly
  is seen to take more only when much of the system's send buffer is free again.

  A handler is killed at most a quarter of the deadline late. An inline handler delays every request
  behind it in its receiver, and nothing interrupts it, so use `:inline` only for handlers that
  compute a little.

  A request stays in flight after its deadline, and after its client has gone, until `respond/2` or
  `open?/1` of `Roundtrip.Server` tells the process that holds it, or until nothing refers to it. A
  process that keeps requests and forgets them can therefore fill a server.
  """

  alias Roundtrip.Server.Config

  @keys [:config, :handler, :name, :mode, :pool_size, :shutdown, :startup_log]
  @enforce_keys @keys
  defstruct @keys

  @type t :: %__MODULE__{
          config: Config.t(),
          handler: handler(),
          name: nil | GenServer.name(),
          mode: :task | :inline,
          pool_size: pos_integer(),
          shutdown: timeout(),
          startup_log: Logger.level() | false
        }

  @typedoc "A module with `handle/1`, or one with `handle/2` and its second argument."
  @type handler :: module() | {module(), options :: term()}

  @gigabyte 1_000_000_000
  @terabyte 1_000_000_000_000
  @day 86_400_000

  # What the value of each option must be: in a range or a list, a time in milliseconds that is
  # `{min, max}` or `:infinity`, or checked by `valid?/2`.
  @rules [
    name: :name,
    ip: :ip,
    port: 0..65_535,
    mode: [:task, :inline],
    pool_size: 1..1_024,
    workers: 1..1_024,
    max_body: 0..@gigabyte,
    max_body_total: 0..@terabyte,
    max_headers: 256..1_048_576,
    max_connections: 1..1_000_000,
    max_in_flight: 1..1_000_000,
    header_timeout: {1, @day},
    body_timeout: {1, @day},
    idle_timeout: {1, @day},
    write_timeout: {1, @day},
    deadline: {1, @day},
    shutdown: {0, @day},
    startup_log: [false, :debug, :info, :notice, :warning, :error],
    answer_in_rust: [true, false],
    handler: :handler
  ]

  @defaults [name: nil, handler: nil, mode: :task, shutdown: 5_000, startup_log: :info]
  @rust_options Map.keys(%Config{}) -- [:__struct__]

  @doc "Returns the options with their defaults, or raises an `ArgumentError` that names a wrong one."
  @spec validate!(keyword()) :: t()
  def validate!(opts) do
    opts = opts |> check_names!() |> put_defaults()
    for {name, rule} <- @rules, do: check!(name, opts[name], rule)

    {rust, own} = opts |> Keyword.update!(:ip, &ip_text/1) |> Keyword.split(@rust_options)
    struct!(__MODULE__, [config: struct!(Config, rust)] ++ own)
  end

  @doc "Returns a timeout that is longer by some milliseconds."
  @spec extend(timeout(), non_neg_integer()) :: timeout()
  def extend(:infinity, _milliseconds), do: :infinity
  def extend(timeout, milliseconds), do: timeout + milliseconds

  @doc "Returns the module of a handler."
  @spec handler_module(handler()) :: module()
  def handler_module({module, _options}), do: module
  def handler_module(module), do: module

  # Rust parses the text, and resolves no names, which could take seconds.
  defp ip_text(ip) when is_tuple(ip), do: ip |> :inet.ntoa() |> to_string()
  defp ip_text("localhost"), do: "127.0.0.1"
  defp ip_text(ip), do: ip

  defp check_names!(opts) do
    unless Keyword.keyword?(opts),
      do:
        raise(ArgumentError, "the server's options must be a keyword list, got: #{inspect(opts)}")

    case Keyword.keys(opts) -- Keyword.keys(@rules) do
      [] -> opts
      [name | _] -> raise ArgumentError, wrong_name(name)
    end
  end

  defp wrong_name(name) do
    if Keyword.has_key?(@rules, name),
      do: "#{name} is given more than once",
      else: "#{name} is not an option of Roundtrip.Server"
  end

  defp put_defaults(opts) do
    schedulers = System.schedulers_online()
    # Rust's threads need the other half of the machine to read and write.
    receivers = max(div(schedulers, 2), 1)
    own = [pool_size: receivers] ++ @defaults
    rust = %Config{workers: schedulers} |> Map.from_struct() |> Keyword.new()
    rust |> Keyword.merge(own) |> Keyword.merge(opts)
  end

  defp check!(name, value, rule) do
    unless valid?(value, rule),
      do: raise(ArgumentError, "#{name} must be #{expectation(rule)}, got: #{inspect(value)}")
  end

  defp valid?(value, %Range{} = range), do: is_integer(value) and value in range
  defp valid?(value, choices) when is_list(choices), do: value in choices
  defp valid?(value, {min, max}), do: value == :infinity or valid?(value, min..max)
  defp valid?({:global, _name}, :name), do: true
  defp valid?({:via, module, _name}, :name), do: is_atom(module)
  # `:undefined` is what an unregistered name is.
  defp valid?(value, :name), do: is_atom(value) and value != :undefined

  defp valid?("localhost", :ip), do: true

  # The strict parser rejects short forms such as 127.1, as Rust does.
  defp valid?(value, :ip) when is_binary(value) do
    # Rust reads no zone, as in `fe80::1%lo`.
    String.valid?(value) and not String.contains?(value, "%") and
      match?({:ok, _}, value |> String.to_charlist() |> :inet.parse_strict_address())
  end

  defp valid?(value, :ip), do: :inet.is_ip_address(value)
  defp valid?({module, _options}, :handler), do: exported?(module, 2)
  defp valid?(module, :handler), do: exported?(module, 1)

  defp exported?(module, arity) do
    is_atom(module) and module != nil and Code.ensure_loaded?(module) and
      function_exported?(module, :handle, arity)
  end

  defp expectation(%Range{first: from, last: to}), do: "an integer from #{from} to #{to}"
  defp expectation({min, max}), do: "#{expectation(min..max)} or :infinity"
  defp expectation(choices) when is_list(choices), do: Enum.map_join(choices, " or ", &inspect/1)
  defp expectation(:name), do: "an atom, {:global, term} or {:via, module, term}"
  defp expectation(:ip), do: "an IPv4 or IPv6 address or \"localhost\""
  defp expectation(:handler), do: "a module with handle/1 or {module, options} with handle/2"
end
