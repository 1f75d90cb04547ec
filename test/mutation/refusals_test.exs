defmodule Roundtrip.Mutation.RefusalsTest do
  use ExUnit.Case, async: true

  alias Roundtrip.Native

  @largest 9_223_372_036_854_775_807

  test "an unknown kind and an unknown fault raise" do
    assert %{original: :invalid_variant} =
             assert_raise(ErlangError, fn -> Native.counter_new(:spin_lock) end)

    account = Native.account_new(1)

    assert %{original: :invalid_variant} =
             assert_raise(ErlangError, fn -> Native.account_save(account, 1, :always) end)
  end

  test "a resource of another type raises" do
    account = Native.account_new(1)
    assert_raise ArgumentError, fn -> Native.std_account_balances(account) end
    assert_raise ArgumentError, fn -> Native.counter_get(account) end
    assert_raise ArgumentError, fn -> Native.counter_get(make_ref()) end
  end

  test "every kind wraps at 64 bits" do
    for kind <- [:mutex, :atomic] do
      counter = Native.counter_new(kind)
      Native.counter_put(counter, @largest)
      assert Native.counter_add(counter, 1) == -@largest - 1
    end
  end

  test "a wrong amount raises an error that names it, and changes nothing" do
    for new <- [&Native.account_new/1, &Native.std_account_new/1], total <- [-1, 1_000_000_001] do
      assert %{message: "total must be from 0 to 1000000000"} =
               assert_raise(ArgumentError, fn -> new.(total) end)
    end

    account = Native.account_new(100)
    std = Native.std_account_new(100)

    saves = [
      &Native.account_save(account, &1, :none),
      &Native.account_save_once(account, &1, :none),
      &Native.std_account_save(std, &1, :none)
    ]

    for save <- saves, amount <- [-1, 101, @largest] do
      assert %{message: "amount must be from 0 to 100"} =
               assert_raise(ArgumentError, fn -> save.(amount) end)
    end

    assert Native.account_balances(account) == %{current: 100, savings: 0}
    assert Native.std_account_balances(std) == {:ok, %{current: 100, savings: 0}}
  end

  test "a till gives only what it has, also to itself" do
    [a, b] = [Native.till_new(10), Native.till_new(0)]

    for to <- [a, b], cents <- [-1, 11, @largest] do
      assert %{message: "cents must be from 0 to 10"} =
               assert_raise(ArgumentError, fn -> Native.till_transfer(a, to, cents) end)
    end

    assert Native.till_transfer(a, a, 10) == :ok
    assert {Native.till_cents(a), Native.till_cents(b)} == {10, 0}
    assert_raise ArgumentError, fn -> Native.till_new(-1) end
  end

  test "of two threads with opposite orders, at least one doesn't get its second lock" do
    assert {:ok, {ours, theirs}} = Native.locks_in_opposite_order()
    refute ours and theirs
  end

  test "a repair doesn't change an account that adds up" do
    account = Native.std_account_new(100)
    Native.std_account_save(account, 30, :none)
    Native.std_account_repair(account)
    assert Native.std_account_balances(account) == {:ok, %{current: 70, savings: 30}}
  end

  test "every NIF that records raises for a latency out of range, and releases the lock" do
    histogram = Native.histogram_new(1000)

    for record <- [&Native.histogram_try_record/2, &Native.histogram_record_dirty/2] do
      assert %{message: "microseconds must be from 0 to 1000"} =
               assert_raise(ArgumentError, fn -> record.(histogram, 1001) end)
    end

    assert Native.histogram_try_record(histogram, 1000) == :ok
  end

  test "a lock is held for no longer than a second" do
    histogram = Native.histogram_new(1000)
    signal = Native.counter_new(:atomic)

    for milliseconds <- [-1, 1001] do
      assert %{message: "milliseconds must be from 0 to 1000"} =
               assert_raise(ArgumentError, fn ->
                 Native.histogram_hold(histogram, milliseconds, signal, self())
               end)
    end

    refute_received :held
  end

  test "a receiver that can't be sent to is an error, and the lock is released" do
    {pid, monitor} = spawn_monitor(fn -> :ok end)
    assert_receive {:DOWN, ^monitor, :process, ^pid, _}, 5_000
    histogram = Native.histogram_new(1000)

    for send <- [&Native.histogram_send_locked/2, &Native.histogram_send/2] do
      assert send.(histogram, pid) == {:error, :no_process}
    end

    assert Native.histogram_try_record(histogram, 5) == :ok
    assert Native.histogram_hold(histogram, 0, Native.counter_new(:atomic), pid) == :timed_out
  end
end
