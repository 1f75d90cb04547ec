defmodule Roundtrip.Rust.StopTest do
  use ExUnit.Case, async: false
  use Roundtrip.RustCase

  alias Roundtrip.Rust.Crate

  # There are no groups of processes.
  if match?({:win32, _}, :os.type()),
    do: @moduletag(skip: "on Windows a build goes on to its end")

  # rustc evaluates this constant for ever, so the build is stopped in its middle, however fast the
  # machine is. The number makes it a crate that was never built.
  setup do
    module = Module.concat(["Endless#{System.unique_integer([:positive])}"])

    rust = """
    #[allow(long_running_const_eval)]
    const N: u64 = { let mut n = 0; while n < u64::MAX { n += 1; } n };
    #[rustler::nif]
    fn n() -> u64 { N + #{System.os_time()} }
    """

    crate = Crate.new(module, rust).name
    # Nothing of this is left to the next test, even where this one fails.
    on_exit(fn -> for {pid, _, _} <- rustc(crate), do: System.cmd("kill", ["-KILL", pid]) end)
    assert Roundtrip.Rust.prepare() == :ok
    %{code: cell(module, rust, n: 0), crate: crate}
  end

  test "a cell stopped in the middle of a build leaves no cargo and no rustc", context do
    %{code: code, crate: crate} = context
    {evaluator, monitor} = spawn_monitor(fn -> Code.eval_string(code) end)
    group = started(crate)

    Process.exit(evaluator, :kill)
    assert_receive {:DOWN, ^monitor, :process, ^evaluator, :killed}, 10_000
    wait_until("the end of #{inspect(group)}", fn -> members(group) == [] end)
  end

  test "nor does a VM that is killed", %{code: code, crate: crate} do
    {:ok, peer, _node} = :peer.start(%{connection: :standard_io})
    monitor = Process.monitor(peer)
    :ok = :peer.call(peer, :code, :add_pathsa, [:code.get_path()])
    {:ok, _} = :peer.call(peer, :application, :ensure_all_started, [:elixir])

    :ok =
      :peer.call(peer, System, :put_env, ["ROUNDTRIP_CACHE", System.get_env("ROUNDTRIP_CACHE")])

    vm = :peer.call(peer, System, :pid, [])
    :peer.cast(peer, Code, :eval_string, [code])
    group = started(crate)

    {_, 0} = System.cmd("kill", ["-KILL", vm])
    assert_receive {:DOWN, ^monitor, :process, ^peer, _}, 10_000
    wait_until("the end of #{inspect(group)}", fn -> members(group) == [] end)
  end

  # The group of processes in which rustc compiles the endless cell.
  defp started(crate) do
    wait_until("rustc at work", fn -> rustc(crate) != [] end)
    [{_, group, _} | _] = rustc(crate)
    # What must be gone is there: the test could not fail otherwise.
    assert Enum.any?(members(group), fn {_, _, command} -> command =~ ~r/cargo build/ end)
    group
  end

  defp rustc(crate) do
    Enum.filter(processes(), fn {_, _, command} ->
      command =~ ~r/rustc.* --crate-name #{crate}/
    end)
  end

  defp members(group), do: for({_, ^group, _} = process <- processes(), do: process)

  defp processes do
    {text, 0} = System.cmd("ps", ["-A", "-o", "pid=,pgid=,stat=,args="])

    for line <- String.split(text, "\n", trim: true),
        [pid, group, stat, command] = String.split(line, ~r/\s+/, trim: true, parts: 4),
        # A zombie has ended; whoever is to bury it may take a while.
        not String.starts_with?(stat, "Z"),
        do: {pid, group, command}
  end
end
