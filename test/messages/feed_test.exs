defmodule Roundtrip.Messages.FeedTest do
  use Roundtrip.MessagesCase
  doctest Roundtrip.Messages.Consumer

  alias Roundtrip.Messages.Consumer

  test "at most the window is in flight, and all items arrive in order" do
    {:ok, feed} = Native.feed_start(self(), 500, 7)

    for n <- 1..500 do
      assert_receive {:item, ^n}, 5_000
      {:message_queue_len, waiting} = Process.info(self(), :message_queue_len)
      assert waiting < 7
      assert Native.feed_more(feed, 1) == :ok
    end

    assert_receive :no_more, 5_000
    assert Native.feed_state(feed).most <= 7
    assert Native.feed_stop(feed) == :ok
  end

  test "a slow consumer's mailbox stays short" do
    {:ok, consumer} = Consumer.start_link()
    {:ok, feed} = Consumer.feed(consumer, 100, 5)
    assert_receive {:consumed, ^consumer, %{items: 100, longest: longest}}, 10_000
    assert longest <= 5
    assert Native.feed_state(feed).most <= 5
    GenServer.stop(consumer)
  end

  test "the end of a feed counts as a message too" do
    {:ok, feed} = Native.feed_start(self(), 2, 2)
    assert Poll.until(fn -> Native.feed_state(feed).waiting end)
    assert_received {:item, 1}
    assert_received {:item, 2}
    refute_received :no_more
    Native.feed_more(feed, 1)
    assert_receive :no_more, 5_000

    {:ok, _empty} = Native.feed_start(self(), 0, 1)
    assert_receive :no_more, 5_000
  end

  test "feed_stop/1 stops it while it waits for room" do
    {:ok, feed} = Native.feed_start(self(), 10, 1)
    assert Poll.until(fn -> Native.feed_state(feed).waiting end)
    assert Native.feed_stop(feed) == :ok
    assert Native.feed_stop(feed) == :ok
    assert Poll.threads([])
  end

  test "it stops while it waits for room if its receiver dies" do
    receiver = spawn(fn -> receive do: (:stop -> :ok) end)
    {:ok, feed} = Native.feed_start(receiver, 10, 1)
    assert Poll.until(fn -> Native.feed_state(feed).waiting end)
    send(receiver, :stop)
    assert Poll.threads([])
    assert Native.feed_stop(feed) == :ok
  end

  test "it stops while it waits for room if it is dropped" do
    receiver = self()

    Task.await(
      Task.async(fn ->
        {:ok, feed} = Native.feed_start(receiver, 10, 1)
        assert Poll.until(fn -> Native.feed_state(feed).waiting end)
        is_reference(feed)
      end)
    )

    assert Poll.threads([])
  end

  test "an argument out of range raises an error that names it, and changes nothing" do
    {:ok, feed} = Native.feed_start(self(), 10, 2)
    assert Poll.until(fn -> Native.feed_state(feed).waiting end)

    assert_refused(
      "count must be from 0 to 2",
      for(wrong <- [-1, 3, 1_000_000], do: fn -> Native.feed_more(feed, wrong) end)
    )

    assert Native.feed_state(feed) == %{in_flight: 2, most: 2, waiting: true}
    assert Native.feed_stop(feed) == :ok

    assert_refused("the number of messages must be from 0 to 1000000", [
      fn -> Native.feed_start(self(), -1, 1) end,
      fn -> Native.feed_start(self(), 1_000_001, 1) end
    ])

    assert_refused("window must be from 1 to 1000000", [
      fn -> Native.feed_start(self(), 1, 0) end,
      fn -> Native.feed_start(self(), 1, 1_000_001) end
    ])

    assert Native.feed_start(dead(), 1, 1) == {:error, :noproc}
  end
end
