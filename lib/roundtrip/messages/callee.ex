defmodule Roundtrip.Messages.Callee do
  @moduledoc "Answers what Rust asks, with a function."

  use GenServer

  alias Roundtrip.Native

  @doc """
  Starts one.

      iex> {:ok, callee} = Roundtrip.Messages.Callee.start_link(&String.upcase/1)
      iex> Roundtrip.Native.ask(callee, "hi", 5_000)
      {:ok, "HI"}
  """
  @spec start_link((term() -> term())) :: GenServer.on_start()
  def start_link(fun), do: GenServer.start_link(__MODULE__, fun)

  @impl true
  def init(fun), do: {:ok, fun}

  @impl true
  def handle_info({:ask, call, question}, fun) do
    # An asker that has given up meanwhile is no reason for this process to stop.
    _ = Native.answer(call, fun.(question))
    {:noreply, fun}
  end
end
