defmodule Roundtrip.Messages.SenderTest do
  use Roundtrip.MessagesCase

  alias Roundtrip.Structs.SharedStruct

  test "a thread sends to the caller, and to another process" do
    assert {:ok, sender} = Native.sender_hi(true)
    assert Native.sender_join(sender) == {:ok, 1}
    assert_received {:hi, %SharedStruct{is_cool: true}}

    me = self()
    start = fn -> Native.sender_hi_to(me, false) end
    assert {:ok, sender} = Task.await(Task.async(start))
    assert Native.sender_join(sender) == {:ok, 1}
    assert_received {:hi, %SharedStruct{is_cool: false}}
  end

  test "a flood ends if its receiver dies" do
    receiver = spawn(fn -> receive do: ({:item, 100} -> :ok) end)
    assert {:ok, sender} = Native.sender_flood(receiver, 1_000_000)
    assert Native.sender_join(sender) == {:error, :not_sent}
  end

  test "two processes that join one thread both wait for its end" do
    receiver = idle()
    {:ok, sender} = Native.sender_flood(receiver, 50_000)

    join = fn ->
      answer = Native.sender_join(sender)
      {answer, Process.info(receiver, :message_queue_len)}
    end

    all = {:message_queue_len, 50_000}

    assert Enum.sort(Task.await_many([Task.async(join), Task.async(join)], 60_000)) ==
             [{{:error, :joined}, all}, {{:ok, 50_000}, all}]
  end

  test "a term is sent the given number of times, including 0" do
    assert {:ok, sender} = Native.sender_repeat(self(), {:any, "term"}, 0)
    assert Native.sender_join(sender) == {:ok, 0}
    refute_received {:any, _}

    assert {:ok, sender} = Native.sender_repeat(self(), {:any, "term"}, 2)
    assert Native.sender_join(sender) == {:ok, 2}
    assert_received {:any, "term"}
    assert_received {:any, "term"}
    refute_received {:any, _}

    assert {:ok, sender} = Native.sender_repeat(dead(), :term, 2)
    assert Native.sender_join(sender) == {:error, :not_sent}
  end

  test "a number of messages out of range raises an error that names it" do
    for wrong <- [-1, 1_000_001] do
      assert_refused("the number of messages must be from 0 to 1000000", [
        fn -> Native.sender_flood(self(), wrong) end
      ])

      assert_refused("the number of messages must be from 0 to 1000000", [
        fn -> Native.sender_repeat(self(), :term, wrong) end,
        fn -> Native.sender_repeat_cleared(self(), :term, wrong) end
      ])
    end
  end

  test "remote pids, wrong references and unknown methods raise" do
    for wrong <- [:code_server, make_ref(), nil] do
      assert_raise ArgumentError, fn -> Native.send_hi(wrong, true) end
      assert_raise ArgumentError, fn -> Native.sender_hi_to(wrong, true) end
      assert_raise ArgumentError, fn -> Native.sender_join(wrong) end
      assert_raise ArgumentError, fn -> Native.down_notifier_new(wrong) end
    end

    assert_raise ErlangError, fn -> Native.send_by(:by_mail, self()) end
  end

  test "a notifier that was dropped sends nothing" do
    watched = idle()

    Task.await(
      Task.async(fn ->
        {:ok, notifier} = Native.down_notifier_new(watched)
        is_reference(notifier)
      end)
    )

    monitor = Process.monitor(watched)
    Process.exit(watched, :kill)
    assert_receive {:DOWN, ^monitor, :process, ^watched, :killed}, 5_000
    refute_received {:gone, _}
  end
end
