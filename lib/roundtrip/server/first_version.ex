defmodule Roundtrip.Server.FirstVersion do
  @moduledoc """
  The first version of the server, kept for teaching: tinybeam's design, with its faults on purpose.

  The lesson `server` shows each fault, and what `Roundtrip.Server` does instead. Use that one.
  """

  use GenServer

  alias Roundtrip.Messages.Poll
  alias Roundtrip.Server.FirstVersion.{Config, Request, Response}
  alias Roundtrip.Server.Native

  @type handler :: (%Request{} -> %Response{})

  @doc """
  Starts a GenServer that runs `handler` in a task for each request.

    * `:handler` - a function from a request to a response
    * `:port` - 0, the default, is any that is free
    * `:pool_size` - how many threads receive, 2 by default
  """
  @spec start_link(handler: handler(), port: :inet.port_number(), pool_size: pos_integer()) ::
          GenServer.on_start()
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, options())

  @doc "The same, not linked to the caller."
  @spec start(handler: handler(), port: :inet.port_number(), pool_size: pos_integer()) ::
          GenServer.on_start()
  def start(opts), do: GenServer.start(__MODULE__, opts, options())

  # Room on the heap, as a server has that has served for a while: what it forgets stays for long.
  defp options, do: [spawn_opt: [min_heap_size: 100_000]]

  @doc "The port that it is bound to."
  @spec port(GenServer.server()) :: :inet.port_number()
  def port(server), do: GenServer.call(server, :port)

  @doc """
  Whether this many threads come to receive, within some seconds; `true` where the machine has no
  `/proc` to count them in.
  """
  @spec receivers?(non_neg_integer()) :: boolean()
  def receivers?(count) do
    not File.dir?("/proc/self/task") or
      Poll.until(fn -> Enum.count(Roundtrip.threads(), &(&1 == "rt-first")) == count end)
  end

  @impl true
  def init(opts) do
    {handler, opts} = Keyword.pop!(opts, :handler)
    {:ok, tasks} = Task.Supervisor.start_link()
    port = Native.first_start(struct!(Config, opts), self())
    {:ok, %{handler: handler, tasks: tasks, port: port}}
  end

  @impl true
  def handle_call(:port, _from, state), do: {:reply, state.port, state}

  @impl true
  def handle_info({:request, %Request{} = request}, state) do
    Task.Supervisor.start_child(state.tasks, fn ->
      Native.first_respond(request, state.handler.(request))
    end)

    {:noreply, state}
  end
end
