defmodule Roundtrip.Toolbox.CargoTest do
  # What the lesson says of cargo and of this package's own crates.
  # cargo takes both cores, and a lesson that measures must not run beside it.
  use ExUnit.Case, async: false

  @moduletag timeout: 300_000

  @tag skip: if(match?({:win32, _}, :os.type()), do: "there the VM hands its functions over")
  test "the NIF crate can't be linked as a test, because the VM's functions are missing" do
    {text, status} = cargo(~w(test --lib --no-run --package roundtrip_nif))

    assert status != 0
    assert text =~ ~r/undefined (symbol|reference).*enif_/i
  end

  test "the core crate's tests run without a VM" do
    {text, status} = cargo(~w(test --lib --package roundtrip_core first_call))

    assert status == 0, text
    assert text =~ "test first_call::tests::mean_of_nothing_is_none ... ok"
  end

  defp cargo(args) do
    System.cmd("cargo", args ++ ~w(--locked --manifest-path native/Cargo.toml),
      env: [{"CARGO_TERM_COLOR", "never"}],
      stderr_to_stdout: true
    )
  end
end
