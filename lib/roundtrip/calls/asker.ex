defmodule Roundtrip.Calls.Asker do
  @moduledoc """
  A GenServer that asks another process through Rust, and replies to its callers when the answers come.

  Any number of callers can wait, because none of them holds a scheduler.

      iex> {:ok, callee} = Roundtrip.Calls.Callee.start_link(&String.upcase/1)
      iex> {:ok, asker} = Roundtrip.Calls.Asker.start_link(callee)
      iex> Roundtrip.Calls.Asker.ask(asker, "hi")
      {:ok, "HI"}
  """

  use GenServer

  alias Roundtrip.Native

  @doc "Starts an asker of `callee`."
  @spec start_link(pid()) :: GenServer.on_start()
  def start_link(callee), do: GenServer.start_link(__MODULE__, callee)

  @doc "Asks, and returns the outcome. Exits after `timeout` milliseconds without one."
  @spec ask(GenServer.server(), term(), timeout()) ::
          {:ok, term()} | {:error, :noproc | :down | :dropped}
  def ask(asker, question, timeout \\ 5_000), do: GenServer.call(asker, question, timeout)

  @impl true
  def init(callee), do: {:ok, callee}

  @impl true
  def handle_call(question, from, callee) do
    case Native.ask_later(callee, question, from) do
      :ok -> {:noreply, callee}
      {:error, :noproc} = error -> {:reply, error, callee}
    end
  end

  @impl true
  def handle_info({:answered, from, outcome}, callee) do
    GenServer.reply(from, outcome)
    {:noreply, callee}
  end
end
