defmodule Roundtrip.Server.Telemetry do
  @moduledoc ~S"""
  The [telemetry](https://hexdocs.pm/telemetry) events of a server. They are emitted if `:telemetry` is
  among your dependencies.

      :telemetry.attach(
        "log-requests",
        [:roundtrip, :server, :request, :stop],
        fn _event, %{duration: duration}, %{request: request, response: response}, _config ->
          milliseconds = System.convert_time_unit(duration, :native, :millisecond)
          IO.puts("#{request.path}: #{inspect(response)} after #{milliseconds} ms")
        end,
        nil
      )

  ## Events

  | event | when | measurements | metadata |
  |---|---|---|---|
  | `[:roundtrip, :server, :request, :start]` | before the handler is called | `:monotonic_time`, `:system_time` | `:request`, `:handler` |
  | `[:roundtrip, :server, :request, :stop]` | after its response was passed to Rust, or it has returned `:later` | `:monotonic_time`, `:duration` | `:request`, `:handler`, `:response` |
  | `[:roundtrip, :server, :request, :exception]` | after it failed or was killed | `:monotonic_time`, `:duration` | `:request`, `:handler`, `:kind`, `:reason`, `:stacktrace` |

  Times are in native units. `:request` is a `Roundtrip.Server.Request`, `:handler` is the option of
  that name, and `:response` is a `Roundtrip.Server.Response` or `:later`. The last three are those of
  a `catch`: a handler that was killed has the kind `:exit`, the reason `:killed` and no stack trace. If
  a receiver is killed, its requests have no such event; killing an `:inline` handler kills its receiver.

  What Rust answers by itself, such as a 400, has no event: `Roundtrip.Server.stats/1` counts it. Don't
  keep a request longer than your function runs: see `Roundtrip.Server.respond/2`.
  """

  alias Roundtrip.Server.{Options, Request, Response}

  # The package is optional.
  @compile {:no_warn_undefined, :telemetry}

  @request [:roundtrip, :server, :request]

  @typedoc "A request that is being answered: when that began, and the metadata of its events."
  @opaque span :: {started :: integer(), %{request: Request.t(), handler: Options.handler()}}

  @doc "Emits the event of a request that begins."
  @spec start(Options.handler(), Request.t()) :: span()
  def start(handler, request) do
    {started, metadata} = span = resume(handler, request, System.monotonic_time())
    execute(:start, %{monotonic_time: started, system_time: System.system_time()}, metadata)
    span
  end

  @doc "Returns the span of a request that began at `started`, without an event."
  @spec resume(Options.handler(), Request.t(), integer()) :: span()
  def resume(handler, request, started), do: {started, %{request: request, handler: handler}}

  @doc "Emits the event of a request that ends with what the handler has returned."
  @spec stop(span(), Response.t() | :later) :: :ok
  def stop(span, response), do: finish(:stop, span, %{response: response})

  @doc "Emits the event of a request whose handler has failed."
  @spec exception(span(), :error | :exit | :throw, term(), Exception.stacktrace()) :: :ok
  def exception(span, kind, reason, stacktrace),
    do: finish(:exception, span, %{kind: kind, reason: reason, stacktrace: stacktrace})

  defp finish(event, {started, metadata}, more) do
    now = System.monotonic_time()
    measurements = %{monotonic_time: now, duration: now - started}
    execute(event, measurements, Map.merge(metadata, more))
  end

  defp execute(event, measurements, metadata) do
    if function_exported?(:telemetry, :execute, 3),
      do: :telemetry.execute(@request ++ [event], measurements, metadata),
      else: :ok
  end
end
