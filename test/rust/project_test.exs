defmodule Roundtrip.Rust.ProjectTest do
  use Roundtrip.RustCase, async: false

  import ExUnit.CaptureIO
  alias Roundtrip.Rust.{Build, Hex, Project, Skipped}

  @moduletag :tmp_dir

  @manifest """
  [package]
  name = "rt_project"
  version = "0.1.0"
  edition = "2024"

  [lib]
  crate-type = ["cdylib"]

  [dependencies]
  rustler = "0.39"
  """

  # A number in the source makes a project that was never built.
  defp files(manifest, more \\ "") do
    number = System.unique_integer([:positive])
    nif = "#[rustler::nif]\nfn number() -> i64 {\n    #{number}\n}\n#{more}\n"
    source = nif <> ~s|\nrustler::init!("Elixir.RtProject");\n|
    %{"Cargo.toml" => manifest, "src/lib.rs" => source}
  end

  defp write(folder, files) do
    for {path, text} <- files do
      File.mkdir_p!(Path.dirname(Path.join(folder, path)))
      File.write!(Path.join(folder, path), text)
    end
  end

  defp quietly(fun) do
    me = self()
    text = capture_io(fn -> send(me, {:result, fun.()}) end)
    assert_received {:result, result}
    {result, text}
  end

  defp kept do
    {:ok, cache} = Build.folder()
    for path <- Path.wildcard("#{cache}/projects/*"), do: Path.basename(path)
  end

  test "a build copies the library, and is done once for the same files", %{tmp_dir: tmp} do
    files = files(@manifest)

    for name <- ["one", "two"] do
      folder = Path.join(tmp, name)
      write(folder, files)
      {{:ok, [library]}, text} = quietly(fn -> Project.build(folder) end)

      assert library =~ ~r/\Art_project\.(so|dll)\z/
      assert File.exists?(Path.join([folder, "priv/native", library]))
      assert text =~ "Compiling rt_project v0.1.0 (~/#{name})"
      # cargo would have trimmed it.
      assert File.exists?(Path.join(folder, "Cargo.lock")) == (name == "one")
    end
  end

  test "a library of an earlier build isn't taken for one of this build", %{tmp_dir: tmp} do
    write(tmp, files(@manifest))
    assert {{:ok, [_library]}, _text} = quietly(fn -> Project.build(tmp) end)
    write(tmp, files(String.replace(@manifest, "cdylib", "rlib")))
    assert {{:ok, []}, _text} = quietly(fn -> Project.build(tmp) end)
  end

  test "what rustc refuses is kept, and what fails otherwise is not" do
    before = kept()
    refused = files(@manifest, "fn broken() -> i64 { true }")
    assert {{:error, text}, _} = quietly(fn -> Project.build(refused) end)
    assert text =~ "E0308"
    assert [_one] = kept() -- before

    before = kept()
    no_crate = String.replace(@manifest, "rustler = ", "rustler-that-is-not-there = ")
    absent = files(no_crate <> "\n[patch.crates-io]\nrustler = { path = \"nowhere\" }\n")
    assert {{:error, _text}, _} = quietly(fn -> Project.build(absent) end)
    assert kept() -- before == []
  end

  test "without cargo, it says what is missing, and raises", %{tmp_dir: tmp} do
    put_env(%{"PATH" => tmp})

    for {module, args} <- [{Project, ["test"]}, {Hex, ["deps.get"]}] do
      run = fn -> assert_raise Skipped, ~r/Rust/, fn -> module.mix(tmp, args) end end
      assert capture_io(run) =~ "https://rustup.rs"
    end
  end

  test "without Hex, a cell that needs it is skipped", %{tmp_dir: tmp} do
    put_env(%{"ROUNDTRIP_HEX" => "0"})
    assert Hex.missing() =~ "needs Hex"
    run = fn -> assert_raise Skipped, fn -> Hex.mix(tmp, ["deps.get"]) end end
    assert capture_io(run) =~ "mix local.hex"
  end
end
