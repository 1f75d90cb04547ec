defmodule Roundtrip.Messages.ReporterTest do
  use Roundtrip.MessagesCase

  alias Roundtrip.Messages.Reporter
  alias Roundtrip.Resources.Snapshot

  # No report comes within a test: a thread that ends does so for another reason.
  @never 60_000

  test "it sends a snapshot of the histogram at each tick" do
    histogram = Native.histogram_new(1_000)
    {:ok, reporter} = Native.reporter_start(histogram, self(), 1)
    assert_receive {:report, %Snapshot{count: 0}}, 5_000
    Native.histogram_record(histogram, 7)
    assert_receive {:report, %Snapshot{count: 1, min: 7, max: 7}}, 5_000
    assert Poll.threads(["rt-reporter"])
    assert Native.reporter_stop(reporter) == :ok
  end

  test "it sends nothing after it was stopped" do
    histogram = Native.histogram_new(1_000)
    {:ok, reporter} = Native.reporter_start(histogram, self(), 1)
    assert_receive {:report, _}, 5_000
    assert Native.reporter_stop(reporter) == :ok
    assert Poll.threads([])

    {:message_queue_len, reports} = Process.info(self(), :message_queue_len)
    for _ <- 1..reports//1, do: assert_received({:report, _})
    refute_received {:report, _}
  end

  test "any number of processes may stop it" do
    histogram = Native.histogram_new(1_000)
    {:ok, reporter} = Native.reporter_start(histogram, self(), @never)
    stops = for _ <- 1..4, do: Task.async(fn -> Native.reporter_stop(reporter) end)
    assert Task.await_many(stops) == [:ok, :ok, :ok, :ok]
    assert Native.reporter_stop(reporter) == :ok
  end

  test "it stops when its owner dies, however it dies" do
    histogram = Native.histogram_new(1_000)

    for reason <- [:normal, :kill, :crash] do
      {owner, monitor} = spawn_monitor(fn -> receive do: (:die -> exit(reason)) end)
      {:ok, reporter} = Native.reporter_start(histogram, owner, @never)
      assert Poll.threads(["rt-reporter"])
      if reason == :kill, do: Process.exit(owner, :kill), else: send(owner, :die)
      assert_receive {:DOWN, ^monitor, :process, ^owner, _}, 5_000
      assert Poll.threads([])
      assert Native.reporter_stop(reporter) == :ok
    end
  end

  test "it stops when it is dropped" do
    histogram = Native.histogram_new(1_000)
    owner = self()

    Task.await(
      Task.async(fn ->
        {:ok, reporter} = Native.reporter_start(histogram, owner, @never)
        assert Poll.threads(["rt-reporter"])
        is_reference(reporter)
      end)
    )

    assert Poll.threads([])
  end

  test "no thread is started for a dead owner" do
    histogram = Native.histogram_new(1_000)
    assert Native.reporter_start(histogram, dead(), @never) == {:error, :noproc}
    assert Poll.threads([])
  end

  test "an interval out of range raises an error that names it" do
    histogram = Native.histogram_new(1_000)

    assert_refused(
      "interval must be from 1 to 60000",
      for(
        wrong <- [-1, 0, 60_001],
        do: fn -> Native.reporter_start(histogram, self(), wrong) end
      )
    )

    assert_raise ArgumentError, fn -> Native.reporter_start(make_ref(), self(), 1) end
    assert_raise ArgumentError, fn -> Native.reporter_start(histogram, self(), 1.5) end
  end

  test "the GenServer keeps the last report and its thread ends with it" do
    histogram = Native.histogram_new(1_000)
    Native.histogram_record(histogram, 7)
    reporter = start_supervised!({Reporter, histogram: histogram, interval: 1, notify: self()})
    assert_receive {:reported, ^reporter, %Snapshot{count: 1}}, 5_000
    assert %Snapshot{count: 1, max: 7} = Reporter.last(reporter)
    assert Poll.threads(["rt-reporter"])

    stop_supervised!(Reporter)
    assert Poll.threads([])
  end

  test "last/1 returns nil before the first tick" do
    histogram = Native.histogram_new(1_000)

    reporter =
      start_supervised!({Reporter, histogram: histogram, interval: @never, name: :reporter})

    assert Process.whereis(:reporter) == reporter
    assert Reporter.last(:reporter) == nil
  end
end
