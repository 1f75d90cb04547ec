defmodule Roundtrip.Server.Options do
  @moduledoc """
  What a server may be told, checked before anything is started.

  A wrong value is an `ArgumentError` that names its option, raised where the child specification
  is made, not a crash in some process of a supervisor.

      iex> Roundtrip.Server.Options.validate!(handler: MyRouter, port: 70_000)
      ** (ArgumentError) port must be an integer from 0 to 65535, got: 70000

  ## Options

  | option | unit | unless told | |
  |---|---|---|---|
  | `:handler` | module | | answers requests by its `handle/1`; required |
  | `:name` | atom | none | the server's name, in place of its pid |
  | `:host` | string | `"127.0.0.1"` | an IPv4 or IPv6 address, or `"localhost"` |
  | `:port` | | 0 | 0 takes a free one, and keeps it when the server is restarted |
  | `:mode` | | `:task` | `:task`: a process for each request; `:inline`: the receiver answers |
  | `:pool_size` | processes | 1 for two schedulers | receivers |
  | `:workers` | threads | 1 for each scheduler | Rust's, which read and write |
  | `:max_body` | bytes | 8,388,608 | 413 beyond it |
  | `:max_headers` | bytes | 16,384 | 431 beyond it |
  | `:max_connections` | | 1,024 | 503 beyond it, and the connection is closed |
  | `:max_in_flight` | requests | 1,024 | 503 with `Retry-After` beyond it |
  | `:header_timeout` | ms | 10,000 | for a head to arrive; 408 after it |
  | `:body_timeout` | ms | 30,000 | for a body to arrive; 408 after it |
  | `:idle_timeout` | ms | 60,000 | for the next request of a connection, which is then closed |
  | `:write_timeout` | ms | 30,000 | for a client to take what is sent |
  | `:deadline` | ms | 30,000 | for the handler; 503 after it |
  | `:shutdown` | ms | 5,000 | for what is in flight when the server stops |

  An inline handler holds up whatever waits behind it in its receiver, and nothing can stop it: it
  is for handlers that only compute. `answer_in_rust: true` asks no handler at all. It is for the
  benchmark alone, which compares.
  """

  alias Roundtrip.Server.Config

  @keys [:config, :handler, :name, :mode, :pool_size, :shutdown]
  @enforce_keys @keys
  defstruct @keys

  @type t :: %__MODULE__{
          config: Config.t(),
          handler: module(),
          name: atom(),
          mode: :task | :inline,
          pool_size: pos_integer(),
          shutdown: non_neg_integer()
        }

  @gigabyte 1_000_000_000
  @day 86_400_000

  # For each option what it must be.
  @rules [
    name: :name,
    host: :host,
    port: 0..65_535,
    mode: [:task, :inline],
    pool_size: 1..1_024,
    workers: 1..1_024,
    max_body: 0..@gigabyte,
    max_headers: 256..1_048_576,
    max_connections: 1..1_000_000,
    max_in_flight: 1..1_000_000,
    header_timeout: 1..@day,
    body_timeout: 1..@day,
    idle_timeout: 1..@day,
    write_timeout: 1..@day,
    deadline: 1..@day,
    shutdown: 0..@day,
    answer_in_rust: [true, false],
    handler: :handler
  ]

  @for_rust Map.keys(%Config{}) -- [:__struct__]

  @doc """
  The options with their defaults, or an `ArgumentError` that names the wrong one.

      iex> Roundtrip.Server.Options.validate!(mode: :fast)
      ** (ArgumentError) mode must be :task or :inline, got: :fast
  """
  @spec validate!(keyword()) :: t()
  def validate!(opts) do
    opts = opts |> known!() |> with_defaults()
    for {name, rule} <- @rules, do: check!(name, opts[name], rule)

    {for_rust, own} = Keyword.split(opts, @for_rust)
    struct!(__MODULE__, [config: struct!(Config, for_rust)] ++ own)
  end

  defp known!(opts) do
    unless Keyword.keyword?(opts),
      do: raise(ArgumentError, "the server's options are a keyword list, got: #{inspect(opts)}")

    case Keyword.keys(opts) -- Keyword.keys(@rules) do
      [] -> opts
      [name | _] -> raise ArgumentError, "#{name} is no option of Roundtrip.Server"
    end
  end

  defp with_defaults(opts) do
    schedulers = System.schedulers_online()
    # The other half of the machine reads and writes; a receiver too many only takes turns.
    receivers = max(div(schedulers, 2), 1)
    own = [name: nil, handler: nil, mode: :task, pool_size: receivers, shutdown: 5_000]
    rust = %Config{workers: schedulers} |> Map.from_struct() |> Keyword.new()
    rust |> Keyword.merge(own) |> Keyword.merge(opts)
  end

  defp check!(name, value, rule) do
    unless valid?(value, rule),
      do: raise(ArgumentError, "#{name} must be #{wanted(rule)}, got: #{inspect(value)}")
  end

  defp valid?(value, %Range{} = range), do: is_integer(value) and value in range
  defp valid?(value, choices) when is_list(choices), do: value in choices
  defp valid?(value, :name), do: is_atom(value)
  defp valid?("localhost", :host), do: true
  defp valid?(value, :host), do: is_binary(value) and String.valid?(value) and address?(value)

  defp valid?(value, :handler) do
    is_atom(value) and value != nil and Code.ensure_loaded?(value) and
      function_exported?(value, :handle, 1)
  end

  # The strict parser knows no short forms: 127.1 is no address here, nor is it one in Rust.
  defp address?(text),
    do: match?({:ok, _}, text |> String.to_charlist() |> :inet.parse_strict_address())

  defp wanted(%Range{first: from, last: to}), do: "an integer from #{from} to #{to}"
  defp wanted(choices) when is_list(choices), do: Enum.map_join(choices, " or ", &inspect/1)
  defp wanted(:name), do: "an atom"
  defp wanted(:host), do: "an IPv4 or IPv6 address or \"localhost\""
  defp wanted(:handler), do: "a module with handle/1"
end
