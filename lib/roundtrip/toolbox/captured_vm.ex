defmodule Roundtrip.Toolbox.CapturedVM do
  @moduledoc """
  A second VM whose standard error can be read here.

  Rust prints to the VM's own standard error, past all of Elixir's devices, so nothing inside of a
  VM can see it. The second one ends with the process that started it.
  """

  @enforce_keys [:peer, :stderr, :file]
  defstruct [:peer, :stderr, :file]

  @opaque t :: %__MODULE__{peer: pid(), stderr: File.io_device(), file: Path.t()}

  @patience 5_000
  @pause 10

  @doc "Starts one that has this VM's code and these environment variables."
  @spec start(%{String.t() => String.t()}) :: t()
  def start(env \\ %{}) do
    file = Path.join(System.tmp_dir!(), "roundtrip-stderr-#{unique()}")
    stderr = File.open!(file, [:read, :write, :binary])

    try do
      env = for {name, value} <- env, do: {to_charlist(name), to_charlist(value)}
      options = %{connection: :standard_io, env: env, exec: exec(file, :os.type())}
      {:ok, peer, _node} = :peer.start_link(options)
      :ok = :peer.call(peer, :code, :add_pathsa, [:code.get_path()])
      log_to_stderr(peer)
      %__MODULE__{peer: peer, stderr: stderr, file: file}
    after
      # Both sides hold it open: without a name it ends with the last of them. Windows keeps the
      # name until `stop/1`.
      File.rm(file)
    end
  end

  @doc "Calls a function there. What it raises is raised here."
  @spec call(t(), module(), atom(), [term()]) :: term()
  def call(vm, module, function, args), do: :peer.call(vm.peer, module, function, args)

  @doc """
  What was printed to standard error since the last time.

  A log entry is written a moment after the call that caused it, by a process that tells nobody: with
  `until`, the text is read until it holds that, or for #{@patience} ms.
  """
  @spec printed(t(), String.t()) :: String.t()
  def printed(vm, until \\ ""), do: read(vm.stderr, until, "", now() + @patience)

  @doc "Stops it."
  @spec stop(t()) :: :ok
  def stop(vm) do
    :peer.stop(vm.peer)
    File.close(vm.stderr)
    File.rm(vm.file)
    :ok
  end

  # A shell, because the VM has no option that leads its standard error anywhere else.
  defp exec(file, {:win32, _}) do
    file = String.replace(file, "/", "\\")
    {to_charlist(System.find_executable("cmd")), [~c"/d", ~c"/c", ~c"2>>", ~c"#{file}", erl()]}
  end

  defp exec(file, _unix) do
    redirect = ~c(err=$1; shift; exec "$@" 2>>"$err")
    {to_charlist(System.find_executable("sh")), [~c"-c", redirect, ~c"sh", ~c"#{file}", erl()]}
  end

  defp erl do
    beside = Path.join(:code.root_dir(), "bin/erl")
    to_charlist(if File.exists?(beside), do: beside, else: System.find_executable("erl"))
  end

  # The handler that it starts with would print here: a peer's standard output is ours.
  defp log_to_stderr(peer) do
    :ok = :peer.call(peer, :logger, :remove_handler, [:default])
    config = %{config: %{type: :standard_error}}
    :ok = :peer.call(peer, :logger, :add_handler, [:default, :logger_std_h, config])
  end

  defp read(stderr, until, before, deadline) do
    text = before <> more(stderr)

    if String.contains?(text, until) or now() > deadline do
      text
    else
      receive do
      after
        @pause -> read(stderr, until, text, deadline)
      end
    end
  end

  defp more(stderr) do
    case IO.binread(stderr, :eof) do
      :eof -> ""
      text -> text
    end
  end

  defp now, do: System.monotonic_time(:millisecond)

  # Two VMs may ask at the same time.
  defp unique, do: "#{System.pid()}-#{System.unique_integer([:positive])}"
end
