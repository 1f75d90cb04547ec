defmodule Livemd.Terminal.Keys do
  @moduledoc """
  Reads single keys from the terminal of the VM, without Enter.

      keys = Livemd.Terminal.Keys.open()
      Livemd.Terminal.Keys.read(:stdio)
      #=> "n"
      Livemd.Terminal.Keys.close(keys)

  A shell that the VM starts changes the terminal with `stty` and waits. It restores the terminal when
  it is told to, and also when the VM ends in any other way, such as by a crash: then its pipe closes.
  Erlang's own raw mode exists only since OTP 28.
  """

  # With `:nouse_stdio` the shell keeps the VM's terminal as its standard input, and talks to the VM by
  # the descriptors 3 and 4. Erlang starts it in a session of its own, which Ctrl-C doesn't reach.
  @script """
  saved=$(stty -g 2>/dev/null) && stty -icanon -echo min 1 time 0 || exit
  echo >&4
  read -r _ <&3
  stty "$saved"
  """

  # The characters between `ESC [` and the last one of a key's sequence, as in `ESC [ 1 ; 5 C`.
  @parameters Enum.map(?0..?9, &<<&1>>) ++ [";"]

  @typedoc "A terminal that sends single keys."
  @type t :: {port(), keyword()}

  @doc "Makes the terminal send single keys. Returns `nil` if there is no terminal or no `stty`."
  @spec open() :: t() | nil
  def open do
    shell = System.find_executable("sh")
    options = [:nouse_stdio, :binary, :exit_status, args: ["-c", @script]]
    port = shell && Port.open({:spawn_executable, shell}, options)
    if port && started?(port), do: {port, unset_echo()}
  end

  defp started?(port) do
    receive do
      {^port, {:data, _}} -> true
      {^port, {:exit_status, _}} -> false
    end
  end

  # With this option OTP 26 and 27 wait for a line even if a single character is asked for.
  defp unset_echo do
    with [_ | _] = options <- :io.getopts(:standard_io),
         {:ok, true} <- Keyword.fetch(options, :echo),
         :ok <- :io.setopts(:standard_io, echo: false),
         do: [echo: true],
         else: (_ -> [])
  end

  @doc "Restores the terminal."
  @spec close(t()) :: :ok
  def close({port, options}) do
    if options != [], do: :io.setopts(:standard_io, options)
    Port.command(port, "\n")
    receive do: ({^port, {:exit_status, _}} -> :ok)
  end

  @doc """
  Returns the next key: a character, or the sequence of a special key such as `"\\e[C"`. Returns `:eof`
  at the end of the input.
  """
  @spec read(IO.device()) :: String.t() | :eof
  def read(device) do
    case IO.getn(device, "", 1) do
      "\e" -> "\e" <> sequence(device, IO.getn(device, "", 1))
      # Ctrl-D
      "\x04" -> :eof
      key when is_binary(key) -> key
      _eof_or_error -> :eof
    end
  end

  defp sequence(device, bracket) when bracket in ["[", "O"], do: bracket <> last(device)
  defp sequence(_device, key) when is_binary(key), do: key
  defp sequence(_device, _eof_or_error), do: ""

  defp last(device) do
    case IO.getn(device, "", 1) do
      key when key in @parameters -> key <> last(device)
      key when is_binary(key) -> key
      _eof_or_error -> ""
    end
  end
end
