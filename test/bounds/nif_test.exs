defmodule Roundtrip.Bounds.NifTest do
  use Roundtrip.MessagesCase

  import Bitwise

  alias Roundtrip.{ChildVM, LongSchedule}
  alias Roundtrip.Calls.{Asker, Callee}

  doctest Roundtrip.Calls.Asker

  @mebibyte 1_048_576
  @too_large "a copy of the term must take at most 32768 words of memory"

  # Each tuple holds the one before twice: 2 to the power of 36 parts, in 108 words.
  @shared "Enum.reduce(1..36, :a, fn _, a -> {a, a} end)"

  defp shared, do: Enum.reduce(1..36, :a, fn _, a -> {a, a} end)

  defp refused(term) do
    Native.saved_load(term)
  rescue
    error in ArgumentError -> {:refused, error}
  end

  describe "issue 11, 2: allocation without bound:" do
    test "a term that is shared many times is refused in place of being copied" do
      code = """
      import ExUnit.Assertions
      term = #{@shared}

      for {name, args} <- [saved_load: [term], sender_repeat: [self(), term, 1], ask: [self(), term, 1]] do
        assert_raise ArgumentError, fn -> apply(Roundtrip.Native, name, args) end
      end
      """

      assert ChildVM.run(code, 5_000) == 0
    end

    test "what a term takes is counted in each of its parts" do
      list = fn words -> Enum.to_list(1..div(words, 2)) end
      assert Native.saved_load(list.(32_768)) == list.(32_768)
      assert_refused(@too_large, [fn -> Native.saved_load(list.(32_770)) end])

      for part <- [
            Tuple.duplicate(:a, 32_768),
            Map.new(1..8_192, &{&1, &1}),
            1 <<< (64 * 40_000),
            List.duplicate(1.5, 8_193),
            List.duplicate("small", 8_193),
            [list.(16_384), {list.(16_384), %{key: list.(16_384)}}],
            [:improper | list.(32_768)],
            %{list.(32_768) => :as_a_key},
            shared()
          ] do
        assert_refused(@too_large, [fn -> Native.saved_load(part) end])
        assert_refused(@too_large, [fn -> Native.sender_repeat_cleared(self(), part, 1) end])
      end

      for whole <- [1 <<< 10_000, -1 <<< 10_000, [1 | 2], <<1::3>>, :binary.copy("a", @mebibyte)] do
        assert Native.saved_load(whole) == whole
      end
    end

    test "many large messages are refused together" do
      idle = idle()
      list = Enum.to_list(1..16_384)
      message = "the number of messages must be from 0 to 512"
      assert_refused(message, [fn -> Native.sender_repeat(idle, list, 1_000) end])
      assert Process.info(idle, :message_queue_len) == {:message_queue_len, 0}
      assert {:ok, sender} = Native.sender_repeat(idle, :small, 1_000)
      assert Native.sender_join(sender) == {:ok, 1_000}
    end

    test "recordings take no more than 64 MiB together, until they are dropped" do
      notifier = Native.drop_notifier_new(self(), "a recording")
      record = fn -> Native.recording_new(notifier, 16 * @mebibyte) end

      {hoarder, monitor} =
        spawn_monitor(fn ->
          assert_raise SystemLimitError, fn -> for _ <- 1..5, do: record.() end
        end)

      assert_receive {:DOWN, ^monitor, :process, ^hoarder, :normal}, 10_000
      assert Poll.until(fn -> record.() |> is_reference() end)
    end
  end

  describe "issue 11, 3: normal schedulers blocked:" do
    test "lists that are too long are refused before they are read" do
      long = Enum.to_list(1..2_000_000)
      message = "numbers must have at most 1000 elements"
      assert_refused(message, [fn -> Native.sum(long) end, fn -> Native.sum_proper(long) end])

      refute LongSchedule.blocks?(fn ->
               for call <- [&Native.sum/1, &Native.saved_load/1] do
                 assert_raise ArgumentError, fn -> call.(long) end
               end
             end)
    end

    test "a large answer is copied on a dirty scheduler" do
      me = self()
      long = Enum.to_list(1..3_000_000)

      refute LongSchedule.blocks?(fn ->
               callee = self()
               spawn_link(fn -> send(me, {:asked, Native.ask(callee, :long, 60_000)}) end)
               receive do: ({:ask, call, :long} -> :ok = Native.answer(call, long))
             end)

      for _ <- 1..2, do: assert_receive({:asked, {:ok, [1, 2 | _]}}, 10_000)
    end

    test "a call of 200 µs counts as what it takes, so that a loop of them is interrupted" do
      {:reductions, before} = Process.info(self(), :reductions)
      for _ <- 1..100, do: Native.histogram_new(3_600_000_000)
      {:reductions, counted} = Process.info(self(), :reductions)
      # The VM interrupts a process after 4,000 reductions.
      assert counted - before > 10 * 4_000
    end

    # Found by random terms: a loop of such calls held its scheduler for 50 ms.
    test "a term that is refused counts as what it took to find out" do
      shared = shared()
      {:reductions, before} = Process.info(self(), :reductions)
      for _ <- 1..100, do: assert({:refused, _} = refused(shared))
      {:reductions, counted} = Process.info(self(), :reductions)
      # 800 µs each, which is most of a timeslice. It was 9 reductions each.
      assert counted - before > 20 * 4_000
    end
  end

  describe "issue 11, 4:" do
    test "a slot monitors a process once" do
      slot = Native.slot_new()
      process = idle()
      for _ <- 1..1_000, do: assert(Native.slot_monitor(slot, process))
      assert {:monitored_by, [_one]} = Process.info(process, :monitored_by)

      Process.exit(process, :kill)
      assert Poll.until(fn -> not Native.slot_monitor(slot, process) end)
    end

    test "a file can be read while any number of processes wait for an answer" do
      callee = idle()
      {:ok, asker} = Asker.start_link(callee)
      count = 2 * :erlang.system_info(:dirty_io_schedulers)
      waiting = for n <- 1..count, do: spawn(fn -> Asker.ask(asker, n, :infinity) end)
      queued = {:message_queue_len, count}
      assert Poll.until(fn -> Process.info(callee, :message_queue_len) == queued end)

      reading = Task.async(fn -> File.read(__ENV__.file) end)
      assert {:ok, {:ok, _text}} = Task.yield(reading, 5_000)
      for pid <- waiting, do: Process.exit(pid, :kill)
    end

    @tag :capture_log
    test "the outcome of a later answer is one message" do
      {:ok, echo} = Callee.start_link(& &1)
      assert Native.ask_later(echo, {:any, "question"}, [:from]) == :ok
      assert_receive {:answered, [:from], {:ok, {:any, "question"}}}, 5_000

      assert Native.ask_later(dead(), :question, :from) == {:error, :noproc}
      mortal = spawn(fn -> receive do: ({:ask, _call, :question} -> :ok) end)
      assert Native.ask_later(mortal, :question, :mortal) == :ok
      assert_receive {:answered, :mortal, {:error, :down}}, 5_000

      {:ok, forgetful} = Agent.start_link(fn -> nil end)
      assert Native.ask_later(forgetful, :question, :forgetful) == :ok
      # The agent logs the question, which it doesn't know, and forgets it.
      assert Agent.get(forgetful, & &1) == nil
      for pid <- [forgetful, self()], do: :erlang.garbage_collect(pid)
      assert_receive {:answered, :forgetful, {:error, :dropped}}, 5_000

      Native.ask_later(self(), :question, :from)
      assert_receive {:ask, call, :question}, 5_000
      stranger = Task.async(fn -> Native.answer(call, :mine) end)
      assert Task.await(stranger) == {:error, :stranger}
      assert Native.answer(call, :ours) == :ok
      assert Native.answer(call, :again) == {:error, :already_answered}
      assert_received {:answered, :from, {:ok, :ours}}
      refute_received {:answered, _from, _outcome}
    end

    test "an answer to an asker that has died is too late" do
      me = self()
      {asker, monitor} = spawn_monitor(fn -> :ok = Native.ask_later(me, :question, :from) end)
      assert_receive {:DOWN, ^monitor, :process, ^asker, :normal}, 5_000
      assert_receive {:ask, call, :question}, 5_000
      assert Poll.until(fn -> Native.answer(call, :late) == {:error, :too_late} end)
    end

    test "many callers of one asker each get their own answer" do
      {:ok, echo} = Callee.start_link(& &1)
      {:ok, asker} = Asker.start_link(echo)
      tasks = for n <- 1..200, do: Task.async(fn -> {n, Asker.ask(asker, n)} end)
      for {n, answer} <- Task.await_many(tasks), do: assert(answer == {:ok, n})
      for pid <- [echo, asker], do: GenServer.stop(pid)
    end
  end
end
