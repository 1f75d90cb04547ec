defmodule Roundtrip.Rust.ToolchainTest do
  use ExUnit.Case, async: false
  doctest Roundtrip.Rust
  doctest Roundtrip.Rust.Skipped

  import Roundtrip.RustCase, only: [put_env: 1]

  @moduletag :tmp_dir

  # A machine with these programs and nothing else on the PATH.
  defp machine(folder, programs) do
    for {name, answer} <- programs do
      path = Path.join(folder, name)
      File.write!(path, "#!/bin/sh\n#{answer}\n")
      File.chmod!(path, 0o755)
    end

    put_env(%{"PATH" => folder})
  end

  test "without cargo it is one sentence", %{tmp_dir: folder} do
    machine(folder, [])
    sentence = Roundtrip.Rust.missing()
    assert sentence =~ "cargo is not on the PATH"
    assert sentence =~ "https://rustup.rs"
    assert sentence =~ "the rest of the course does not need it"
    refute sentence =~ ~r/\.\s/

    assert {:error, ^sentence} = Roundtrip.Rust.prepare()
  end

  test "without rustc", %{tmp_dir: folder} do
    machine(folder, [{"cargo", "exit 0"}])
    assert Roundtrip.Rust.missing() =~ "rustc is not on the PATH"
  end

  test "with one that is too old, and with one that is new enough", %{tmp_dir: folder} do
    machine(folder, [{"cargo", "exit 0"}, {"rustc", "echo release: 1.94.1"}])
    assert Roundtrip.Rust.missing() =~ "rustc 1.94.1 is too old: run `rustup update`"

    for release <- ~w(1.95.0 1.100.2 1.97.0-nightly 1.95.0-beta.3 2.0.0) do
      machine(folder, [{"cargo", "exit 0"}, {"rustc", "echo release: #{release}"}])
      assert Roundtrip.Rust.missing() == nil
    end
  end

  test "with rustup, and no toolchain chosen", %{tmp_dir: folder} do
    machine(folder, [
      {"cargo", "exit 1"},
      {"rustc", "echo error: no default is configured; exit 1"}
    ])

    assert Roundtrip.Rust.missing() =~ "rustc does not answer"
  end
end
