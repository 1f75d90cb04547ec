defmodule Roundtrip.Server.TelemetryTest do
  use ExUnit.Case, async: true

  alias Roundtrip.ChildVM

  describe "issue 11, 12: telemetry" do
    # The package itself isn't there without Hex, and another module of its name would be seen by all
    # tests. So the events are received in another VM.
    @telemetry ~S"""
    defmodule :telemetry do
      def execute(event, measurements, metadata),
        do: send(:persistent_term.get(:test), {event, measurements, metadata})
    end
    """

    @handler ~S"""
    Logger.configure(level: :none)
    :persistent_term.put(:test, self())

    defmodule Handler do
      use Roundtrip.Server.Router

      get "/ok", do: text("ok")
      get "/later", do: :later
      get "/raise", do: raise("on purpose")
      get "/kill", do: Process.exit(self(), :kill)
      get "/hang", do: receive(do: (:never -> text("never")))
    end

    alias Roundtrip.Server
    alias Roundtrip.Server.Client
    {:ok, server} = Server.start_link(handler: {Handler, :options}, mode: mode, deadline: 100)
    {_ip, port} = Server.address(server)
    get = fn path -> port |> Client.fetch(Client.request("GET", path)) |> Client.status() end
    """

    @events ~S"""
    receive_event = fn kind ->
      receive do
        {[:roundtrip, :server, :request, ^kind], measurements, metadata} ->
          %{handler: {Handler, :options}, request: %Server.Request{}} = metadata
          {measurements, metadata}
      after
        5_000 -> raise "no event #{kind}"
      end
    end

    start = fn ->
      {measurements, _} = receive_event.(:start)
      true = Enum.all?([:monotonic_time, :system_time], &is_integer(measurements[&1]))
      measurements.monotonic_time
    end

    finish = fn kind ->
      started = start.()
      {measurements, metadata} = receive_event.(kind)
      %{monotonic_time: now, duration: duration} = measurements
      true = duration >= 0
      {now - duration - started, metadata}
    end

    200 = get.("/ok")
    {0, %{response: %Server.Response{status: 200}, request: %{path: "/ok"}}} = finish.(:stop)

    # The messages keep the request, so Rust doesn't answer before its deadline.
    503 = get.("/later")
    {0, %{response: :later}} = finish.(:stop)

    500 = get.("/raise")
    {0, metadata} = finish.(:exception)
    %{kind: :error, reason: %RuntimeError{}, stacktrace: [{Handler, :"GET /raise", 3, _} | _]} = metadata

    if mode == :task do
      # The receiver, which starts the process, takes the time before the handler does.
      for {path, status} <- [{"/kill", 500}, {"/hang", 503}] do
        ^status = get.(path)
        {difference, metadata} = finish.(:exception)
        true = difference <= 0
        %{kind: :exit, reason: :killed, stacktrace: [], request: %{path: ^path}} = metadata
      end
    end

    {:messages, []} = Process.info(self(), :messages)
    """

    for mode <- [:task, :inline] do
      test "has an event when a request begins, and one when it ends (#{mode})" do
        code = ["mode = #{inspect(unquote(mode))}\n", @telemetry, @handler, @events]
        assert ChildVM.run(IO.iodata_to_binary(code), 30_000) == 0
      end
    end

    test "is optional" do
      code = ["mode = :task\n", @handler, "200 = get.(\"/ok\")\n500 = get.(\"/kill\")"]
      assert ChildVM.run(IO.iodata_to_binary(code), 30_000) == 0
    end
  end
end
