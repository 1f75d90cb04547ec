defmodule Roundtrip.Rust.Cargo do
  @moduledoc false
  # Runs cargo so that it dies with whoever started it.

  # Whoever owns the port holds the shell's standard input. When that ends, so does the whole
  # group of processes, which the VM makes for each port.
  @wrapper """
  exec 3<&0
  "$@" </dev/null &
  build=$!
  { while read -r _; do :; done <&3; kill -TERM 0; } >/dev/null 2>&1 &
  watcher=$!
  exec 3<&-
  wait $build
  status=$?
  kill $watcher
  exit $status
  """

  @doc """
  Runs `cargo` with these arguments in a folder. `on_line` gets each line of its output and, with
  `:waiting`, a sign for each `beat` in which there was none.
  """
  @spec run([String.t()], Path.t(), acc, ({:line, String.t()} | :waiting, acc -> acc)) ::
          {non_neg_integer(), acc}
        when acc: term()
  def run(args, folder, acc, on_line) do
    port = Port.open({:spawn_executable, program()}, [args: arguments(args)] ++ options(folder))
    loop(port, acc, on_line, "")
  end

  defp program do
    if windows?(), do: System.find_executable("cargo"), else: System.find_executable("sh")
  end

  defp arguments(args) do
    if windows?(),
      do: args,
      else: ["-c", @wrapper, "roundtrip", System.find_executable("cargo") | args]
  end

  # No shell there: a build that is stopped goes on to its end.
  defp windows?, do: match?({:win32, _}, :os.type())

  defp options(folder) do
    [:binary, :exit_status, :stderr_to_stdout, :hide, line: 16_384, cd: folder, env: env()]
  end

  # What the surrounding build sets for its own compiler must not decide here.
  defp env do
    for name <- ~w(CARGO_BUILD_TARGET CARGO_ENCODED_RUSTFLAGS CARGO_TARGET_DIR CARGO_TERM_QUIET
                   CARGO_TERM_VERBOSE CARGO_INCREMENTAL RUSTFLAGS) do
      {String.to_charlist(name), false}
    end
  end

  @beat 500

  defp loop(port, acc, on_line, start) do
    receive do
      {^port, {:data, {:noeol, text}}} ->
        loop(port, acc, on_line, start <> text)

      {^port, {:data, {:eol, text}}} ->
        loop(port, on_line.({:line, start <> text}, acc), on_line, "")

      {^port, {:exit_status, status}} ->
        # Whoever traps exits gets one from the port.
        receive do: ({:EXIT, ^port, _} -> :ok), after: (0 -> :ok)
        {status, acc}
    after
      @beat -> loop(port, on_line.(:waiting, acc), on_line, start)
    end
  end
end
