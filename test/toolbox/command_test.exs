defmodule Roundtrip.Toolbox.CommandTest do
  # The environment is changed here.
  use ExUnit.Case, async: false
  doctest Roundtrip.Toolbox.Command

  alias Roundtrip.Toolbox.Command

  # The notebook's cells hold with these tools and without: here they must be found, so that the
  # lesson's test is the one with them.
  test "a tool that comes with Rust is found" do
    for tool <- ["mix", "cargo fmt", "cargo clippy", "cargo test"] do
      assert Command.installed?(tool), "#{tool} is not installed"
    end
  end

  test "a subcommand that cargo lacks is missing" do
    assert Command.run("cargo no-such-subcommand", []) == {:missing, "cargo no-such-subcommand"}
  end

  test "a tool that fails isn't missing, and its output is returned" do
    assert {:failed, text} = Command.run("mix", ["no.such.task"], cd: System.tmp_dir!())
    assert text =~ "no.such.task"
  end

  test "the environment of the surrounding build isn't passed on" do
    System.put_env("RUSTFLAGS", "--no-such-flag")
    on_exit(fn -> System.delete_env("RUSTFLAGS") end)

    files = %{
      "Cargo.toml" => ~s([package]\nname = "scratch"\nversion = "0.1.0"\nedition = "2024"\n),
      "src/lib.rs" => ""
    }

    assert {{:ok, _}, _} =
             Roundtrip.Toolbox.TempDir.with_files(files, fn folder ->
               Command.run("cargo test", ["--offline"], cd: folder)
             end)
  end
end
