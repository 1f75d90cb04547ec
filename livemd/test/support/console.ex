defmodule Livemd.Console do
  @moduledoc """
  Lets a test talk to interactive code: it types lines and expects text. A console is an IO device that
  `start/0` returns, or the port of a program.
  """

  import ExUnit.Assertions

  alias Livemd.IOProxy

  # Milliseconds after which a text that has not appeared is a failure.
  @deadline 30_000

  @doc "Starts a device that sends the text written to it to the calling process."
  def start do
    owner = self()
    spawn_link(fn -> loop(%{owner: owner, lines: [], waiting: nil}) end)
  end

  @doc "Types a line. A device also accepts `:eof`."
  def type(port, line) when is_port(port), do: Port.command(port, line <> "\n")
  def type(console, line), do: send(console, {:line, line})

  @doc "Types a key into a program, without Enter."
  def press(port, key), do: Port.command(port, key)

  @doc "Waits for a text, and returns everything printed up to its end."
  def expect(console, wanted), do: expect(console, wanted, deadline())

  defp expect(console, wanted, deadline) do
    text = Process.get(console, "")

    case :binary.match(text, wanted) do
      {start, length} ->
        size = start + length
        Process.put(console, binary_part(text, size, byte_size(text) - size))
        binary_part(text, 0, size)

      :nomatch ->
        Process.put(console, text <> await(console, wanted, text, deadline))
        expect(console, wanted, deadline)
    end
  end

  defp await(console, wanted, text, deadline) do
    receive do
      {^console, {:data, more}} -> more
      {^console, more} when is_binary(more) -> more
    after
      max(deadline - System.monotonic_time(:millisecond), 0) ->
        flunk("no #{inspect(wanted)} in:\n#{text}")
    end
  end

  defp deadline, do: System.monotonic_time(:millisecond) + @deadline

  defp loop(state) do
    receive do
      {:line, line} ->
        state |> Map.update!(:lines, &(&1 ++ [line])) |> answer() |> loop()

      {:io_request, from, reply_as, {:get_line, _encoding, _prompt}} ->
        %{state | waiting: {from, reply_as}} |> answer() |> loop()

      {:io_request, from, reply_as, request} ->
        {reply, text} = IOProxy.reply(request)
        if text != "", do: send(state.owner, {self(), text})
        send(from, {:io_reply, reply_as, reply})
        loop(state)
    end
  end

  defp answer(%{waiting: {from, reply_as}, lines: [line | lines]} = state) do
    reply = if line == :eof, do: :eof, else: line <> "\n"
    send(from, {:io_reply, reply_as, reply})
    %{state | waiting: nil, lines: lines}
  end

  defp answer(state), do: state
end
