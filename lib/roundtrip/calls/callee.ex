defmodule Roundtrip.Calls.Callee do
  @moduledoc """
  A GenServer that answers the questions that Rust asks with `Roundtrip.Native.ask/3`, by calling a
  function.

      iex> {:ok, callee} = Roundtrip.Calls.Callee.start_link(&String.upcase/1)
      iex> Roundtrip.Native.ask(callee, "hi", 5_000)
      {:ok, "HI"}
  """

  use GenServer

  alias Roundtrip.Native

  @doc "Starts a callee that answers each question with the result of `fun`."
  @spec start_link((term() -> term())) :: GenServer.on_start()
  def start_link(fun), do: GenServer.start_link(__MODULE__, fun)

  @impl true
  def init(fun), do: {:ok, fun}

  @impl true
  def handle_info({:ask, call, question}, fun) do
    # The result is ignored: if the caller's timeout has passed, the next question still comes.
    _ = Native.answer(call, fun.(question))
    {:noreply, fun}
  end
end
