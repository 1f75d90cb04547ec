defmodule Roundtrip.Messages.Consumer do
  @moduledoc """
  Takes items more slowly than Rust can send them, and notes how long its mailbox grew.

  From a feed it asks for one item for each that it has handled.
  """

  use GenServer

  alias Roundtrip.Native

  @typedoc "What was taken, and the longest mailbox that was seen."
  @type taken :: %{items: non_neg_integer(), longest: non_neg_integer()}

  @doc "Starts one that sends `{:consumed, consumer, taken}` to the caller after the last item of a feed."
  @spec start_link() :: GenServer.on_start()
  def start_link, do: GenServer.start_link(__MODULE__, self())

  @doc "Feeds it `total` items, with at most `window` of them under way."
  @spec feed(GenServer.server(), non_neg_integer(), pos_integer()) ::
          {:ok, reference()} | {:error, atom()}
  def feed(consumer, total, window), do: GenServer.call(consumer, {:feed, total, window})

  @impl true
  def init(notify), do: {:ok, %{notify: notify, feed: nil, items: 0, longest: 0}}

  @impl true
  def handle_call({:feed, total, window}, _from, state) do
    case Native.feed_start(self(), total, window) do
      {:ok, feed} -> {:reply, {:ok, feed}, %{state | feed: feed}}
      error -> {:reply, error, state}
    end
  end

  @impl true
  def handle_info({:item, _n}, state) do
    {:message_queue_len, waiting} = Process.info(self(), :message_queue_len)
    work()
    if state.feed, do: Native.feed_more(state.feed, 1)
    # The item in hand counts as one that had to wait.
    longest = max(state.longest, waiting + 1)
    {:noreply, %{state | items: state.items + 1, longest: longest}}
  end

  def handle_info(:no_more, state) do
    send(state.notify, {:consumed, self(), Map.take(state, [:items, :longest])})
    {:noreply, %{state | feed: nil}}
  end

  # A tenth of a millisecond or so: much more than it takes Rust to send the next item.
  defp work, do: Enum.reduce(1..20_000, 0, &(&1 + &2))
end
