defmodule Roundtrip.Toolbox.PingTest do
  # A thread that is at work would be counted by a test beside it.
  use ExUnit.Case, async: false

  alias Roundtrip.Native

  @pings [&Native.toolbox_ping/1, &Native.toolbox_ping_from_thread/1]

  test "sending to a dead process is an error" do
    {pid, monitor} = spawn_monitor(fn -> :ok end)
    assert_receive {:DOWN, ^monitor, :process, ^pid, _}, 5_000

    for ping <- @pings, do: assert(ping.(pid) == {:error, :no_process})
  end

  test "a remote pid raises" do
    for ping <- @pings, wrong <- [:name, nil, make_ref()] do
      assert_raise ArgumentError, fn -> ping.(wrong) end
    end
  end

  test "a thread ends after it has sent" do
    for _ <- 1..100, do: assert(Native.toolbox_ping_from_thread(self()) == :ok)
    for _ <- 1..100, do: assert_receive({:ping, :from_thread}, 5_000)
    assert await_none(500) == []
  end

  # The kernel takes a moment to forget a thread that was joined: look again, for at most 5 s.
  defp await_none(0), do: pings()

  defp await_none(rounds) do
    if pings() == [] do
      []
    else
      receive do
      after
        10 -> await_none(rounds - 1)
      end
    end
  end

  defp pings, do: Enum.filter(Roundtrip.threads(), &(&1 == "rt-ping"))
end
