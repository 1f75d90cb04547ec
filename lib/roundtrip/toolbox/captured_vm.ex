defmodule Roundtrip.Toolbox.CapturedVM do
  @moduledoc """
  A second VM whose standard error can be read from this one.

      vm = Roundtrip.Toolbox.CapturedVM.start()
      Roundtrip.Toolbox.CapturedVM.call(vm, Roundtrip.Native, :toolbox_double, [21])
      Roundtrip.Toolbox.CapturedVM.read_stderr(vm)

  Rust prints to the standard error of the operating system's process, which isn't an Elixir device,
  so code in the same VM can't capture it. The second VM ends with the process that started it.
  """

  @enforce_keys [:peer, :stderr, :file]
  defstruct [:peer, :stderr, :file]

  @opaque t :: %__MODULE__{peer: pid(), stderr: File.io_device(), file: Path.t()}

  alias Roundtrip.Poll

  @timeout 5_000

  @doc "Starts a VM with this VM's code path and these environment variables."
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
      # Both VMs have the file open, so it disappears with the last of them. On Windows an open file
      # can't be deleted, so there `stop/1` does it.
      File.rm(file)
    end
  end

  @doc "Calls a function in that VM and returns its result, or raises here what it raised there."
  @spec call(t(), module(), atom(), [term()]) :: term()
  def call(vm, module, function, args), do: :peer.call(vm.peer, module, function, args)

  @doc """
  Returns what the VM has printed to standard error since the last call.

  The logger writes an entry some time after the call that caused it. With `until`, this function
  reads until the text contains that string, or for #{@timeout} ms.
  """
  @spec read_stderr(t(), String.t()) :: String.t()
  def read_stderr(vm, until \\ "") do
    {:ok, start} = :file.position(vm.stderr, :cur)
    Poll.until(fn -> String.contains?(read_from(vm.stderr, start), until) end, @timeout)
    read_from(vm.stderr, start)
  end

  @doc "Stops the VM."
  @spec stop(t()) :: :ok
  def stop(vm) do
    :peer.stop(vm.peer)
    File.close(vm.stderr)
    File.rm(vm.file)
    :ok
  end

  # A shell redirects standard error, because the VM has no option for that.
  defp exec(file, {:win32, _}) do
    file = String.replace(file, "/", "\\")
    {to_charlist(System.find_executable("cmd")), [~c"/d", ~c"/c", ~c"2>>", ~c"#{file}", erl()]}
  end

  defp exec(file, _unix) do
    redirect = ~c(err=$1; shift; exec "$@" 2>>"$err")
    {to_charlist(System.find_executable("sh")), [~c"-c", redirect, ~c"sh", ~c"#{file}", erl()]}
  end

  defp erl do
    own = Path.join(:code.root_dir(), "bin/erl")
    to_charlist(if File.exists?(own), do: own, else: System.find_executable("erl"))
  end

  # The default handler prints to standard output, which for this kind of peer is our own.
  defp log_to_stderr(peer) do
    :ok = :peer.call(peer, :logger, :remove_handler, [:default])
    config = %{config: %{type: :standard_error}}
    :ok = :peer.call(peer, :logger, :add_handler, [:default, :logger_std_h, config])
  end

  defp read_from(stderr, position) do
    {:ok, ^position} = :file.position(stderr, position)
    with :eof <- IO.binread(stderr, :eof), do: ""
  end

  # Two VMs may use the same folder for temporary files, so the name has the VM's pid as well.
  defp unique, do: "#{System.pid()}-#{System.unique_integer([:positive])}"
end
