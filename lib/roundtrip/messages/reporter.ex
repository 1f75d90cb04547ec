defmodule Roundtrip.Messages.Reporter do
  @moduledoc """
  A GenServer that owns a Rust thread, which sends it a snapshot of a histogram at an interval.

      histogram = Roundtrip.Native.histogram_new(60_000_000)
      children = [{Roundtrip.Messages.Reporter, histogram: histogram, name: :latencies}]
      Supervisor.start_link(children, strategy: :one_for_one)

      Roundtrip.Messages.Reporter.last(:latencies)

  It needs no `terminate/2`: Rust monitors this process, and stops the thread when it dies for
  whatever reason.
  """

  use GenServer

  alias Roundtrip.Native
  alias Roundtrip.Resources.Snapshot

  @typedoc """
    * `:histogram` - a reference from `Roundtrip.Native.histogram_new/1`; required
    * `:interval` - milliseconds between two reports; 1000 by default
    * `:notify` - a process that is sent `{:reported, reporter, snapshot}` after each report
    * `:name` - as in `GenServer.start_link/3`
  """
  @type option ::
          {:histogram, reference()}
          | {:interval, 1..60_000}
          | {:notify, pid()}
          | {:name, GenServer.name()}

  @doc "Starts a reporter and its thread."
  @spec start_link([option()]) :: GenServer.on_start()
  def start_link(opts) do
    {server, opts} = Keyword.split(opts, [:name])
    GenServer.start_link(__MODULE__, Keyword.validate!(opts, defaults()), server)
  end

  defp defaults, do: [:histogram, interval: 1000, notify: nil]

  @doc "Returns the last snapshot, or `nil` before the first one."
  @spec last(GenServer.server()) :: Snapshot.t() | nil
  def last(reporter), do: GenServer.call(reporter, :last)

  @impl true
  def init(opts) do
    case Native.reporter_start(opts[:histogram], self(), opts[:interval]) do
      # The reference stays in the state, because Rust stops the thread when it is dropped.
      {:ok, reporter} -> {:ok, %{reporter: reporter, notify: opts[:notify], last: nil}}
      {:error, reason} -> {:stop, reason}
    end
  end

  @impl true
  def handle_info({:report, %Snapshot{} = snapshot}, state) do
    if state.notify, do: send(state.notify, {:reported, self(), snapshot})
    {:noreply, %{state | last: snapshot}}
  end

  @impl true
  def handle_call(:last, _from, state), do: {:reply, state.last, state}
end
