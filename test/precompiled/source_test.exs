defmodule Roundtrip.Precompiled.SourceTest do
  use ExUnit.Case, async: false

  import ExUnit.CaptureIO
  alias Roundtrip.Precompiled.Source

  setup do
    folder = Path.join(System.tmp_dir!(), "roundtrip-#{System.unique_integer([:positive])}")
    File.mkdir_p!(Path.join(folder, "src"))
    on_exit(fn -> File.rm_rf!(folder) end)
    %{folder: folder}
  end

  test "a failed build shows cargo's message and installs nothing", %{folder: folder} do
    File.write!(
      Path.join(folder, "Cargo.toml"),
      ~s([package]\nname = "broken"\nversion = "0.1.0"\n)
    )

    File.write!(
      Path.join(folder, "Cargo.lock"),
      ~s(version = 4\n\n[[package]]\nname = "broken"\nversion = "0.1.0"\n)
    )

    File.write!(Path.join(folder, "src/lib.rs"), "fn broken() -> u8 { \"no\" }")

    output =
      capture_io(fn ->
        assert {:error, message} = Source.install(folder, "broken", Path.join(folder, "priv"))
        assert message =~ "cargo build failed"
      end)

    assert output =~ "error[E0308]"
    refute File.exists?(Path.join(folder, "priv"))
  end

  test "a folder without a crate is named", %{folder: folder} do
    assert {:error, message} = Source.install(folder, "broken", folder)
    assert message =~ "there is no crate in #{folder}"
  end

  test "without cargo the error says what to use", %{folder: folder} do
    path = System.get_env("PATH")
    on_exit(fn -> System.put_env("PATH", path) end)
    System.put_env("PATH", folder)

    assert {:error, message} = Source.find_cargo()
    assert message =~ "use the released version, which needs none"
  end
end
