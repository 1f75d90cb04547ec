defmodule Bench.Bare do
  # The least that Elixir can do with a request: one receive loop, without pool, GenServer and
  # handler. What it loses to Rust alone is the price of the way there and back.

  alias Roundtrip.Server.{Config, Native}

  def start(handler) do
    starter = self()

    # A server ends with its owner: this one stays.
    spawn_link(fn ->
      {:ok, server} = Native.start(%Config{workers: System.schedulers_online()}, self())
      :ok = Native.join(server, self())
      {_ip, port} = Native.address(server)
      send(starter, {__MODULE__, port})
      loop(server, handler)
    end)

    receive do
      {__MODULE__, port} -> port
    end
  end

  # The server is held here: without a handle it would stop.
  defp loop(server, handler) do
    receive do
      {:request, request} ->
        {status, headers, body} = handler.(request.method, request.path, [], request.body)
        Native.respond(request.ref, status, headers, body)
    end

    loop(server, handler)
  end
end
