defmodule Roundtrip.MessagesCase do
  @moduledoc """
  For tests that start threads: each must end with no more threads and resources than it found.

  One at a time, because threads are counted for the whole VM.
  """

  use ExUnit.CaseTemplate

  alias Roundtrip.Messages.Poll
  alias Roundtrip.Native

  using do
    quote do
      import Roundtrip.MessagesCase

      alias Roundtrip.Messages.Poll
      alias Roundtrip.Native
    end
  end

  setup do
    resources = Native.live_resources()
    on_exit(fn -> assert Poll.threads([]), "left: #{inspect(Roundtrip.threads())}" end)
    on_exit(fn -> assert Poll.until(fn -> Native.live_resources() <= resources end) end)
  end

  @doc "A process that has died."
  def dead do
    {pid, monitor} = spawn_monitor(fn -> :ok end)
    assert_receive {:DOWN, ^monitor, :process, ^pid, :normal}, 5_000
    pid
  end

  @doc "A process that takes nothing from its mailbox, and ends with the test."
  def idle do
    pid = spawn(fn -> receive do: (:never_sent -> :ok) end)
    on_exit(fn -> Process.exit(pid, :kill) end)
    pid
  end

  @doc "Asserts that each call is refused with an `ArgumentError` of that message."
  def assert_refused(message, calls) do
    for call <- calls, do: assert_raise(ArgumentError, message, call)
  end
end
