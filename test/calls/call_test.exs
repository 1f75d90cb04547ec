defmodule Roundtrip.Calls.CallTest do
  use Roundtrip.MessagesCase

  alias Roundtrip.Calls.Callee

  doctest Roundtrip.Calls.Callee

  @minute 60_000

  defp echo do
    {:ok, echo} = Callee.start_link(& &1)
    echo
  end

  test "a thousand questions, some of them at once, leak nothing" do
    before = Native.live_resources()
    echo = echo()

    askers =
      for _ <- 1..4 do
        Task.async(fn -> for n <- 1..250, do: Native.ask(echo, {self(), n}, @minute) end)
      end

    for {asker, answers} <- Enum.zip(askers, Task.await_many(askers, @minute)) do
      assert answers == for(n <- 1..250, do: {:ok, {asker.pid, n}})
    end

    assert Poll.until(fn ->
             :erlang.garbage_collect(echo)
             Native.live_resources() <= before
           end)
  end

  test "a large answer arrives whole" do
    {:ok, callee} = Callee.start_link(&Enum.to_list(1..&1))
    assert Native.ask(callee, 100_000, @minute) == {:ok, Enum.to_list(1..100_000)}
  end

  test "an answer and a timeout at the same time agree on which was first" do
    me = self()

    for n <- 1..200 do
      asker = Task.async(fn -> Native.ask(me, n, 1) end)
      assert_receive {:ask, call, ^n}, 5_000
      # From at once to a little after the deadline.
      spin_until(System.monotonic_time(:microsecond) + 10 * n)
      answered = Native.answer(call, n)

      assert {answered, Task.await(asker)} in [
               {:ok, {:ok, n}},
               {{:error, :too_late}, {:error, :timeout}}
             ]
    end
  end

  defp spin_until(time) do
    if System.monotonic_time(:microsecond) < time, do: spin_until(time), else: :ok
  end

  test "an answer outlives the callee that dies right after it" do
    me = self()

    for n <- 1..100 do
      callee =
        spawn(fn ->
          receive do
            {:ask, call, question} -> send(me, {:taken, Native.answer(call, question)})
          end
        end)

      assert Native.ask(callee, n, @minute) == {:ok, n}
      assert_receive {:taken, :ok}, 5_000
    end
  end

  test "the wait ends if the callee dies" do
    for reason <- [:normal, :kill, :crash] do
      {callee, monitor} = spawn_monitor(fn -> receive do: ({:ask, _, _} -> exit(reason)) end)
      assert Native.ask(callee, :alive, @minute) == {:error, :down}
      assert_receive {:DOWN, ^monitor, :process, ^callee, _}, 5_000
      assert Native.ask(callee, :alive, @minute) == {:error, :noproc}
    end
  end

  test "an asker that is killed frees its scheduler at once" do
    deaf = idle()
    places = :erlang.system_info(:dirty_io_schedulers)
    askers = for n <- 1..places, do: spawn(fn -> Native.ask(deaf, n, @minute) end)

    assert Poll.until(fn ->
             Process.info(deaf, :message_queue_len) == {:message_queue_len, places}
           end)

    for asker <- askers, do: Process.exit(asker, :kill)
    assert Native.ask(echo(), :free, @minute) == {:ok, :free}
  end

  test "the answer to an asker that was killed is an error" do
    me = self()
    asker = spawn(fn -> Native.ask(me, :why, @minute) end)
    assert_receive {:ask, call, :why}, 5_000
    monitor = Process.monitor(asker)
    Process.exit(asker, :kill)
    assert_receive {:DOWN, ^monitor, :process, ^asker, :killed}, 5_000
    assert Poll.until(fn -> Native.answer(call, :because) == {:error, :too_late} end)
  end

  test "normal schedulers stay free while more processes ask than there are of them" do
    me = self()
    count = min(System.schedulers_online() + 1, :erlang.system_info(:dirty_io_schedulers))
    askers = for n <- 1..count, do: Task.async(fn -> Native.ask(me, n, @minute) end)

    calls =
      for n <- 1..count do
        assert_receive {:ask, call, ^n}, 5_000
        {call, n}
      end

    for {call, n} <- Enum.shuffle(calls), do: assert(Native.answer(call, {:to, n}) == :ok)
    assert Task.await_many(askers) == for(n <- 1..count, do: {:ok, {:to, n}})
  end

  test "an answer may contain the call itself" do
    me = self()
    asker = Task.async(fn -> Native.ask(me, :which, @minute) end)
    assert_receive {:ask, call, :which}, 5_000
    assert Native.answer(call, [call]) == :ok
    assert Task.await(asker) == {:ok, [call]}
  end

  test "another process can't answer, before or after the answer" do
    me = self()
    asker = Task.async(fn -> Native.ask(me, :whose, @minute) end)
    assert_receive {:ask, call, :whose}, 5_000
    stranger = fn -> Task.await(Task.async(fn -> Native.answer(call, :mine) end)) end

    assert stranger.() == {:error, :stranger}
    assert Native.answer(call, :ours) == :ok
    assert stranger.() == {:error, :stranger}
    assert Native.answer(call, :again) == {:error, :already_answered}
    assert Task.await(asker) == {:ok, :ours}
    assert Native.answer(call, :again) == {:error, :already_answered}
  end

  test "a timeout out of range raises an error that names it" do
    assert_refused(
      "timeout must be from 1 to 60000",
      for(wrong <- [-1, 0, 60_001], do: fn -> Native.ask(self(), :any, wrong) end)
    )

    assert_raise ArgumentError, fn -> Native.ask(self(), :any, :infinity) end
    assert_raise ArgumentError, fn -> Native.ask(:code_server, :any, 1) end
    refute_received {:ask, _, _}
  end

  test "a handle cannot be forged" do
    for wrong <- [make_ref(), 0, self(), Native.histogram_new(1_000)] do
      assert_raise ArgumentError, fn -> Native.answer(wrong, :any) end
    end
  end
end
