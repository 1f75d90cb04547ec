defmodule Roundtrip.Resources.LifetimeTest do
  # What is live is counted for the whole VM: a neighbour would be counted too.
  use ExUnit.Case, async: false

  alias Roundtrip.Native
  alias Roundtrip.Resources.Destructors

  @patience 5_000

  setup do
    before = Roundtrip.live_counts()
    on_exit(fn -> assert not more?(settled(before), before) end)
    {:ok, me: self()}
  end

  # Made in a process of its own, which holds nothing else and ends.
  defp elsewhere(fun), do: fun |> Task.async() |> Task.await()

  defp dropped!(name), do: assert_receive({:dropped, ^name, "normal scheduler"}, @patience)

  defp alive!(name) do
    Destructors.await()
    refute_received {:dropped, ^name, _}
  end

  # What a process held is freed a moment after its end, and nothing tells when all of it is. What
  # an earlier test held may go meanwhile, so that there may be less in the end, but never more.
  defp settled(before, deadline \\ now() + @patience) do
    counts = Roundtrip.live_counts()

    if more?(counts, before) and now() < deadline do
      Process.sleep(5)
      settled(before, deadline)
    else
      counts
    end
  end

  defp more?(counts, before), do: Enum.any?(counts, fn {name, n} -> n > before[name] end)

  defp now, do: System.monotonic_time(:millisecond)

  test "resources of every type are dropped after their process lost them", %{me: me} do
    for n <- 1..200 do
      name = "notifier #{n}"

      elsewhere(fn ->
        slot = Native.slot_new()
        Native.slot_put(slot, Native.drop_notifier_new(me, name))
        Native.histogram_new(1000)
        Native.slow_drop_new(0)
        :ok
      end)

      dropped!(name)
    end
  end

  test "a slot drops its notifier when it gets another", %{me: me} do
    slot = Native.slot_new()
    elsewhere(fn -> Native.slot_put(slot, Native.drop_notifier_new(me, "first")) end)
    elsewhere(fn -> Native.slot_put(slot, Native.drop_notifier_new(me, "second")) end)
    dropped!("first")
    alive!("second")
    assert elsewhere(fn -> is_reference(Native.slot_take(slot)) end)
    dropped!("second")
  end

  test "a slot that monitors two processes is emptied when the first dies", %{me: me} do
    slot = Native.slot_new()
    elsewhere(fn -> Native.slot_put(slot, Native.drop_notifier_new(me, "watched")) end)
    {:ok, first} = Agent.start_link(fn -> nil end)
    assert Native.slot_monitor(slot, me)
    assert Native.slot_monitor(slot, first)
    Agent.stop(first)
    dropped!("watched")
  end

  test "a slot that is dropped before its process dies isn't called", %{me: me} do
    {:ok, agent} = Agent.start_link(fn -> nil end)

    elsewhere(fn ->
      slot = Native.slot_new()
      true = Native.slot_monitor(slot, agent)
      :ok = Native.slot_put(slot, Native.drop_notifier_new(me, "unwatched"))
    end)

    dropped!("unwatched")
    assert Agent.stop(agent) == :ok
  end

  test "a drop thread ends with the last resource that may use it", %{me: me} do
    elsewhere(fn ->
      drop_thread = Native.drop_thread_new(me)
      for _ <- 1..3, do: Native.deferred_drop_new(drop_thread, 10)
      :ok
    end)

    for _ <- 1..3, do: assert_receive({:dropped_on, "rt-drop"}, @patience)
  end

  test "a drop thread whose owner is dead still drops", %{me: me} do
    {owner, ref} = spawn_monitor(fn -> :ok end)
    assert_receive {:DOWN, ^ref, :process, ^owner, _}, @patience
    slot = Native.slot_new()

    elsewhere(fn ->
      Native.slot_put(slot, Native.drop_notifier_new(me, "no owner"))
      Native.slot_drop_on(slot, Native.drop_thread_new(owner))
    end)

    dropped!("no owner")
  end

  test "a notifier whose owner is dead is dropped" do
    {owner, ref} = spawn_monitor(fn -> :ok end)
    assert_receive {:DOWN, ^ref, :process, ^owner, _}, @patience
    elsewhere(fn -> is_reference(Native.drop_notifier_new(owner, "nobody listens")) end)
  end

  test "a view keeps its recording alive, and so does a part of the view", %{me: me} do
    {:ok, reader} =
      Agent.start_link(fn ->
        me
        |> Native.drop_notifier_new("viewed")
        |> Native.recording_new(100_000)
        |> Native.recording_view()
        |> binary_part(1, 1000)
      end)

    :erlang.garbage_collect(reader)
    alive!("viewed")
    assert Agent.get(reader, &:binary.at(&1, 0)) == 1
    Agent.update(reader, &:binary.copy/1)
    :erlang.garbage_collect(reader)
    dropped!("viewed")
    assert Agent.get(reader, &:binary.at(&1, 999)) == rem(1000, 256)
  end

  test "every NIF of the lesson raises for a resource of another type, or another term" do
    handles = [
      histogram: Native.histogram_new(1000),
      notifier: Native.drop_notifier_new(self(), "one"),
      slot: Native.slot_new(),
      slow: Native.slow_drop_new(0),
      plain: make_ref(),
      none: nil
    ]

    takes = [
      histogram: &Native.histogram_snapshot/1,
      histogram: &Native.histogram_record(&1, 1),
      notifier: &Native.panic_on_drop_new/1,
      notifier: &Native.recording_new(&1, 1),
      notifier: &Native.slot_put(handles[:slot], &1),
      slot: &Native.slot_take/1,
      slot: &Native.slot_monitor(&1, self()),
      slot: &Native.slot_put(&1, handles[:notifier]),
      drop_thread: &Native.deferred_drop_new(&1, 1),
      drop_thread: &Native.slot_drop_on(handles[:slot], &1),
      recording: &Native.recording_view/1
    ]

    for {kind, call} <- takes, {other, handle} <- handles, kind != other do
      assert_raise ArgumentError, fn -> call.(handle) end
    end

    :erlang.garbage_collect()
  end

  test "an argument out of range raises an error that names it" do
    for {call, message} <- [
          {fn -> Native.slow_drop_new(-1) end, "milliseconds must be from 0 to 1000"},
          {fn -> Native.recording_new(Native.drop_notifier_new(self(), "w"), 0) end,
           "size must be from 1 to 16777216"},
          {fn -> Native.deferred_drop_new(Native.drop_thread_new(self()), 1001) end,
           "milliseconds must be from 0 to 1000"}
        ] do
      assert assert_raise(ArgumentError, call).message == message
    end
  end
end
