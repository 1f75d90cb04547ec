defmodule Roundtrip.Toolbox.CapturedVMTest do
  # Starts VMs, and a lesson that measures must not run beside it.
  use ExUnit.Case, async: false

  alias Roundtrip.Native
  alias Roundtrip.Toolbox.CapturedVM

  test "read_stderr/1 returns what was printed, once" do
    vm = CapturedVM.start()

    assert CapturedVM.call(vm, Native, :toolbox_double, [2]) == 4
    assert CapturedVM.read_stderr(vm) =~ "Some("
    assert CapturedVM.read_stderr(vm) == ""
    CapturedVM.stop(vm)
  end

  test "a log entry is read as soon as it is there" do
    vm = CapturedVM.start()

    CapturedVM.call(vm, :logger, :warning, [~c"in a moment"])
    assert CapturedVM.read_stderr(vm, "in a moment") =~ "in a moment"
    CapturedVM.stop(vm)
  end

  test "Rust only sees environment variables that were set at the start" do
    vm = CapturedVM.start(%{"RUST_BACKTRACE" => "0"})

    CapturedVM.call(vm, System, :put_env, ["RUST_BACKTRACE", "1"])
    assert_raise ErlangError, fn -> CapturedVM.call(vm, Native, :mean, [1, 0]) end
    refute CapturedVM.read_stderr(vm) =~ "stack backtrace:"
    CapturedVM.stop(vm)
  end

  @tag skip: if(match?({:win32, _}, :os.type()), do: "there the file stays until it is stopped")
  test "it ends with the process that started it, and leaves no file" do
    test = self()
    before = files()

    {pid, monitor} =
      spawn_monitor(fn ->
        vm = CapturedVM.start()
        send(test, {:os_pid, CapturedVM.call(vm, System, :pid, [])})
      end)

    assert_receive {:os_pid, os_pid}, 10_000
    assert_receive {:DOWN, ^monitor, :process, ^pid, _}, 10_000
    assert files() == before
    if File.dir?("/proc/self"), do: await_end("/proc/#{os_pid}")
  end

  # Those of this VM: another run of the tests makes its own.
  defp files,
    do: Path.wildcard(Path.join(System.tmp_dir!(), "roundtrip-stderr-#{System.pid()}-*"))

  # An operating system's process tells nobody of its end: look again, for at most 10 s.
  defp await_end(path, rounds \\ 1_000)
  defp await_end(path, 0), do: flunk("#{path} is still there")

  defp await_end(path, rounds) do
    if File.exists?(path) do
      receive do
      after
        10 -> await_end(path, rounds - 1)
      end
    end
  end
end
