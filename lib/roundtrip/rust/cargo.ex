defmodule Roundtrip.Rust.Cargo do
  @moduledoc false
  # Runs cargo, and stops it when the calling process or the VM ends.

  alias Roundtrip.Rust.Cache

  # When the port's owner or the VM ends, the program's standard input is closed. The wrapper waits
  # for that, and then terminates its process group, in which rustc and the linker run too.
  @wrapper """
  exec 3<&0
  "$@" </dev/null 3<&- &
  build=$!
  { while read -r _; do :; done <&3; kill -TERM 0; } >/dev/null 2>&1 &
  watcher=$!
  wait "$build"
  status=$?
  kill "$watcher"
  exit "$status"
  """

  # The notebook itself may run inside a cargo build, whose settings are not meant for the cell.
  @unset ~w(CARGO_BUILD_TARGET CARGO_ENCODED_RUSTFLAGS CARGO_INCREMENTAL CARGO_TARGET_DIR
            CARGO_TERM_QUIET CARGO_TERM_VERBOSE RUSTFLAGS)

  # Milliseconds without output before `:silence` is reported.
  @silence 250

  @typedoc "A line that cargo printed, or `:silence` if it printed none for a moment."
  @type event :: {:line, String.t()} | :silence

  @doc """
  Runs cargo in a folder, reduces its events with `handle`, and returns the exit status and the result.

  `more_env` is added to the environment of cargo.
  """
  @spec run([String.t()], Path.t(), acc, (event(), acc -> acc), [{charlist(), charlist()}]) ::
          {non_neg_integer(), acc}
        when acc: term()
  def run(args, folder, acc, handle, more_env \\ []) do
    {program, args} = command(:os.type(), System.find_executable("cargo"), args)
    opts = [:binary, :exit_status, :stderr_to_stdout, :hide, line: 8192]
    opts = [args: args, cd: folder, env: env() ++ more_env] ++ opts
    loop(Port.open({:spawn_executable, program}, opts), "", acc, handle)
  end

  # Windows has no process groups: there, a build continues after its caller has ended.
  defp command({:win32, _}, cargo, args), do: {cargo, args}

  defp command(_unix, cargo, args),
    do: {System.find_executable("sh"), ["-c", @wrapper, "roundtrip", cargo | args]}

  defp env do
    unset = for name <- @unset, do: {String.to_charlist(name), false}
    home = System.get_env("CARGO_HOME") || Path.join(System.user_home() || "/", ".cargo")

    # cargo downloads crates into its home folder. If that is not writable, use the cache instead.
    if File.dir?(Path.join(home, "registry")) or Cache.writable?(home),
      do: unset,
      else: [{~c"CARGO_HOME", Cache.root() |> Path.join("cargo") |> String.to_charlist()} | unset]
  end

  defp loop(port, start, acc, handle) do
    receive do
      {^port, {:data, {:noeol, text}}} ->
        loop(port, start <> text, acc, handle)

      {^port, {:data, {:eol, text}}} ->
        loop(port, "", handle.({:line, start <> text}, acc), handle)

      {^port, {:exit_status, status}} ->
        # A process that traps exits gets an exit signal from the port as a message.
        receive do: ({:EXIT, ^port, _} -> :ok), after: (0 -> :ok)
        {status, acc}
    after
      @silence -> loop(port, start, handle.(:silence, acc), handle)
    end
  end
end
