defmodule Roundtrip.FirstCall.SecondVMTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.FirstCall.SecondVM

  alias Roundtrip.FirstCall.SecondVM

  # Not in this VM, which would end if the NIF obeyed.
  test "no call can allow a crash that the VM was not started for" do
    allow = ~S"""
    System.put_env("ROUNDTRIP_CRASH", "1")
    :os.putenv(~c"ROUNDTRIP_CRASH", ~c"1")
    for how <- [:panic, :abort, :exit, :stack_overflow] do
      {:error, :refused} = Roundtrip.Native.crash(how)
    end
    IO.write("alive")
    """

    arguments = ["-pa", Application.app_dir(:roundtrip, "ebin"), "-e", allow]
    env = %{"ROUNDTRIP_CRASH" => nil}
    assert System.cmd("elixir", arguments, env: env, stderr_to_stdout: true) == {"alive", 0}
  end

  test "a script's folder is gone after a crash" do
    {output, status} = SecondVM.run("IO.write(File.cwd!())\nRoundtrip.Native.crash(:abort)")
    assert status != 0
    refute File.exists?(output)
  end
end
