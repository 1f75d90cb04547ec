defmodule Roundtrip.Messages.Consumer do
  @moduledoc """
  A GenServer that handles items more slowly than Rust can send them, and measures how long its
  mailbox becomes.

      iex> {:ok, consumer} = Roundtrip.Messages.Consumer.start_link()
      iex> {:ok, _feed} = Roundtrip.Messages.Consumer.feed(consumer, 20, 5)
      iex> receive do: ({:consumed, ^consumer, stats} -> {stats.items, stats.longest <= 6})
      {20, true}

  After each item from a feed, it asks the feed for one more.
  """

  use GenServer

  alias Roundtrip.Native

  @typedoc "How many items were handled, and the length of the longest mailbox before one of them."
  @type stats :: %{items: non_neg_integer(), longest: non_neg_integer()}

  @doc "Starts a consumer that sends `{:consumed, consumer, stats}` to the caller after a feed."
  @spec start_link() :: GenServer.on_start()
  def start_link, do: GenServer.start_link(__MODULE__, self())

  @doc "Starts a feed that sends the consumer `total` items, with at most `window` in flight."
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
    # The item that is being handled was in the mailbox as well.
    longest = max(state.longest, waiting + 1)
    {:noreply, %{state | items: state.items + 1, longest: longest}}
  end

  def handle_info(:no_more, state) do
    send(state.notify, {:consumed, self(), Map.take(state, [:items, :longest])})
    {:noreply, %{state | feed: nil}}
  end

  # Takes about a tenth of a millisecond, much longer than Rust needs to send the next item.
  defp work, do: Enum.reduce(1..20_000, 0, &(&1 + &2))
end
