defmodule Livemd.Practice.Keys do
  @moduledoc false
  # Lines of input as messages, so that a save can be waited for at the same time.

  @type t :: {pid(), reference()}
  @type key ::
          :hint | :solution | :next | :previous | :check | :quit | :help | :again | :unknown

  @keys %{
    "" => :again,
    "h" => :hint,
    "hint" => :hint,
    "s" => :solution,
    "solution" => :solution,
    "n" => :next,
    "next" => :next,
    "p" => :previous,
    "previous" => :previous,
    "c" => :check,
    "check" => :check,
    "q" => :quit,
    "quit" => :quit,
    "?" => :help,
    "help" => :help
  }

  @spec start(IO.device()) :: t()
  def start(device) do
    parent = self()
    ref = make_ref()
    {spawn_link(fn -> read(device, parent, ref) end), ref}
  end

  @spec stop(t()) :: :ok
  def stop({pid, _ref}) do
    Process.unlink(pid)
    Process.exit(pid, :kill)
    :ok
  end

  @doc "The next key, if there is one before the time (milliseconds) is over."
  @spec await(t(), non_neg_integer()) :: key() | nil
  def await({_pid, ref}, time) do
    receive do
      {^ref, key} -> key
    after
      time -> nil
    end
  end

  @doc "Whether the reader wants to quit. No key is taken."
  @spec quit?(t()) :: boolean()
  def quit?({_pid, ref}) do
    {:messages, messages} = Process.info(self(), :messages)
    {ref, :quit} in messages
  end

  # The end of the input quits.
  defp read(device, parent, ref) do
    case IO.gets(device, "") do
      line when is_binary(line) ->
        send(parent, {ref, Map.get(@keys, line |> String.trim() |> String.downcase(), :unknown)})
        read(device, parent, ref)

      _eof_or_error ->
        send(parent, {ref, :quit})
    end
  end
end
