defmodule Roundtrip.Messages.Reporter do
  @moduledoc """
  Owns a thread of Rust that reports on a histogram at every tick, and keeps the last report.

  It fits under a supervisor as it is. There is no `terminate/2`: Rust monitors this process, and
  ends the thread when it dies, for whatever reason.
  """

  use GenServer

  alias Roundtrip.Native
  alias Roundtrip.Resources.Snapshot

  @typedoc """
    * `:histogram` - from `Roundtrip.Native.histogram_new/1`;
    * `:interval` - milliseconds from one report to the next (1000);
    * `:notify` - a process that is sent `{:reported, reporter, snapshot}`;
    * `:name` - as in `GenServer.start_link/3`.
  """
  @type option ::
          {:histogram, reference()}
          | {:interval, 1..60_000}
          | {:notify, pid()}
          | {:name, GenServer.name()}

  @doc "Starts one."
  @spec start_link([option()]) :: GenServer.on_start()
  def start_link(opts) do
    {server, opts} = Keyword.split(opts, [:name])
    GenServer.start_link(__MODULE__, Keyword.validate!(opts, defaults()), server)
  end

  defp defaults, do: [:histogram, interval: 1000, notify: nil]

  @doc "The last report, or `nil` before the first."
  @spec last(GenServer.server()) :: Snapshot.t() | nil
  def last(reporter), do: GenServer.call(reporter, :last)

  @impl true
  def init(opts) do
    case Native.reporter_start(opts[:histogram], self(), opts[:interval]) do
      # The reference is what keeps the thread: dropped from the state, it would end it.
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
