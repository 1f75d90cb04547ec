defmodule Roundtrip.Rust.Cargo do
  @moduledoc false
  # Runs cargo so that it dies with the process that called, and with the VM.

  alias Roundtrip.Rust.Cache

  # The VM makes each port's program the leader of a group of processes, and holds its standard
  # input. When that ends, because the port's owner or the VM did, the whole group is ended.
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

  # What the surrounding build sets for its own compiler must not decide here.
  @unset ~w(CARGO_BUILD_TARGET CARGO_ENCODED_RUSTFLAGS CARGO_INCREMENTAL CARGO_TARGET_DIR
            CARGO_TERM_QUIET CARGO_TERM_VERBOSE RUSTFLAGS)

  # Milliseconds of silence after which the caller is asked.
  @beat 250

  @typedoc "A line of what cargo prints, or that it has printed nothing for a moment."
  @type event :: {:line, String.t()} | :silence

  @doc """
  Runs cargo in a folder and gives its exit status; `handle` reduces what happens meanwhile.
  """
  @spec run([String.t()], Path.t(), acc, (event(), acc -> acc)) ::
          {non_neg_integer(), acc}
        when acc: term()
  def run(args, folder, acc, handle) do
    {program, args} = command(:os.type(), System.find_executable("cargo"), args)
    opts = [:binary, :exit_status, :stderr_to_stdout, :hide, line: 8192]
    opts = [args: args, cd: folder, env: env()] ++ opts
    loop(Port.open({:spawn_executable, program}, opts), "", acc, handle)
  end

  # No group to end there: a build that is stopped goes on to its own end.
  defp command({:win32, _}, cargo, args), do: {cargo, args}

  defp command(_unix, cargo, args),
    do: {System.find_executable("sh"), ["-c", @wrapper, "roundtrip", cargo | args]}

  defp env do
    unset = for name <- @unset, do: {String.to_charlist(name), false}
    home = System.get_env("CARGO_HOME") || Path.join(System.user_home() || "/", ".cargo")

    # Without a home to write into, crates are fetched into the cache.
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
        # Whoever traps exits gets one from the port.
        receive do: ({:EXIT, ^port, _} -> :ok), after: (0 -> :ok)
        {status, acc}
    after
      @beat -> loop(port, start, handle.(:silence, acc), handle)
    end
  end
end
