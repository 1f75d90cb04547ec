defmodule Roundtrip.MessagesCase do
  @moduledoc """
  A case template for tests that start threads. It fails a test that leaves threads or resources
  behind.

  These tests can't be async, because threads are counted for the whole VM.
  """

  use ExUnit.CaseTemplate

  alias Roundtrip.Poll
  alias Roundtrip.Native

  using do
    quote do
      import Roundtrip.MessagesCase

      alias Roundtrip.Poll
      alias Roundtrip.Native
    end
  end

  setup do
    resources = Native.live_resources()
    on_exit(fn -> assert Poll.threads([]), "left: #{inspect(Roundtrip.threads())}" end)
    on_exit(fn -> assert Poll.until(fn -> Native.live_resources() <= resources end) end)
  end

  @doc "Returns the pid of a process that has died."
  def dead do
    {pid, monitor} = spawn_monitor(fn -> :ok end)
    assert_receive {:DOWN, ^monitor, :process, ^pid, :normal}, 5_000
    pid
  end

  @doc "Starts a process that never receives a message, and is killed after the test."
  def idle do
    pid = spawn(fn -> receive do: (:never_sent -> :ok) end)
    on_exit(fn -> Process.exit(pid, :kill) end)
    pid
  end

  @doc "Asserts that each call raises an `ArgumentError` with that message."
  def assert_refused(message, calls) do
    for call <- calls, do: assert_raise(ArgumentError, message, call)
  end
end
