defmodule Roundtrip.Server.FirstVersion do
  @moduledoc """
  A first version of the server with faults on purpose, for teaching. Use `Roundtrip.Server` instead.

      {:ok, server} =
        Roundtrip.Server.FirstVersion.start_link(
          handler: fn _request -> %Roundtrip.Server.FirstVersion.Response{body: "hello"} end
        )

  It has the design of tinybeam, the project that came with the post. The lesson `server` reproduces
  each fault, and shows what `Roundtrip.Server` does about it.
  """

  use GenServer

  defmodule Config do
    @moduledoc "The port of the first version, and its number of threads."
    defstruct port: 0, pool_size: 2
  end

  defmodule Request do
    @moduledoc "A request of the first version. It lacks the `path` that Rust sends, a fault."
    @enforce_keys [:ref, :method, :headers, :body]
    defstruct [:ref, :method, :headers, :body]
  end

  defmodule Response do
    @moduledoc "A response of the first version, whose body can only be a string."
    defstruct status: 200, headers: [], body: ""
  end

  alias Roundtrip.Poll
  alias Roundtrip.Server.Native

  @type handler :: (%Request{} -> %Response{})
  @type option ::
          {:handler, handler()} | {:port, :inet.port_number()} | {:pool_size, pos_integer()}

  @doc """
  Starts a GenServer that calls the handler in a task for each request.

    * `:handler` - a function that returns a response for a request; required
    * `:port` - the port to listen on; 0, the default, is any free one
    * `:pool_size` - the number of threads that receive requests, by default 2
  """
  @spec start_link([option()]) :: GenServer.on_start()
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, spawn_options())

  @doc "Starts the same GenServer as `start_link/1`, without a link to the caller."
  @spec start([option()]) :: GenServer.on_start()
  def start(opts), do: GenServer.start(__MODULE__, opts, spawn_options())

  # A large heap, as of a server that has run for a while: it is garbage collected rarely, so what
  # it no longer uses is kept for long.
  defp spawn_options, do: [spawn_opt: [min_heap_size: 100_000]]

  @doc "Returns the port that the server listens on."
  @spec port(GenServer.server()) :: :inet.port_number()
  def port(server), do: GenServer.call(server, :port)

  @doc """
  Waits until this many threads receive requests, and returns whether they do within five seconds.
  Returns `true` on a system without `/proc`, where they can't be counted.
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
