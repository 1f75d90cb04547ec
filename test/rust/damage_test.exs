defmodule Roundtrip.Rust.DamageTest do
  use ExUnit.Case, async: false
  use Roundtrip.RustCase

  alias Roundtrip.Rust.{Build, Crate}

  @moduletag issue: "11.5"

  @rust "#[rustler::nif] fn two() -> i64 { 2 }"

  test "a truncated library is built again, and not mapped, which would end the VM" do
    assert {:ok, _} = evaluate(Cells.Cut, @rust, two: 0)
    {:ok, build} = Build.run(Crate.new(Cells.Cut, @rust))
    size = File.stat!(build.library).size
    cut(build.library)

    {output, status} = run("#{cell(Cells.Cut, @rust, two: 0)}; 2 = Cells.Cut.two()")
    assert status == 0, output
    assert File.stat!(build.library).size == size
  end

  # Mapped as the VM maps it: the guard above is not for nothing.
  @tag skip: not match?({:unix, :linux}, :os.type())
  test "a truncated library that is mapped ends the VM" do
    assert {:ok, _} = evaluate(Cells.Mapped, @rust, two: 0)
    {:ok, build} = Build.run(Crate.new(Cells.Mapped, @rust))
    cut(build.library)
    path = Path.rootname(build.library)

    {_output, status} =
      run("defmodule(M, do: def(load, do: :erlang.load_nif('#{path}', 0))); M.load()")

    assert status == 128 + 7
  end

  @tag :tmp_dir
  test "the crates that all cells share are built again, once, if one is damaged", %{
    tmp_dir: folder
  } do
    put_env(%{"ROUNDTRIP_CACHE" => folder})
    calls = Path.join(folder, "calls")
    bin = Path.join(folder, "bin")
    File.mkdir_p!(bin)
    {rustc, 0} = System.cmd("rustc", ["-vV"])

    # A cargo that fails as the real one does, until the folder that it builds in was removed.
    script(bin, "rustc", "cat <<'TEXT'\n#{rustc}TEXT")

    script(bin, "cargo", """
    while [ "$1" != --target-dir ]; do shift; done
    mkdir -p "$2/debug"
    [ -e "$2/built" ] || echo build >>'#{calls}'
    touch "$2/built"
    if [ -e "$2/ready" ]; then echo "$FAILURE"; exit 101; fi
    name=$(sed -n 's/^name = "\\(.*\\)"/\\1/p' Cargo.toml)
    echo library >"$2/debug/lib$name.so"
    """)

    # What was built once is not built again, so each build has a source of its own.
    crate = fn -> Crate.new(Cells.Shared, "#{@rust} // #{System.unique_integer([:positive])}") end
    put_env(%{"PATH" => "#{bin}:/usr/bin:/bin"})

    for {failure, number} <- [
          {"error[E0786]: found invalid metadata files for crate `rustler`", 2},
          {"error: could not compile `syn` (lib) due to 1 previous error", 4}
        ] do
      put_env(%{"FAILURE" => failure})
      assert {:ok, %Build{}} = Build.run(crate.())
      assert {:ok, %Build{}} = Build.run(crate.())
      assert calls |> File.read!() |> String.split() |> length() == number
    end

    crate = crate.()
    put_env(%{"FAILURE" => "error: could not compile `#{crate.name}` (lib)"})
    assert {:error, ""} = Build.run(crate)
  end

  # The real cargo, which takes half a minute.
  @tag :slow
  @tag :tmp_dir
  test "a truncated rlib doesn't fail the builds after it", %{tmp_dir: folder} do
    put_env(%{"ROUNDTRIP_CACHE" => folder})
    assert {:ok, _} = evaluate(Cells.Rlib, @rust, two: 0)

    for pattern <- ["librustler-*.rlib", "lib*.rmeta"] do
      [file | _] = files = Path.wildcard(Path.join(folder, "rust/*/target/debug/deps/#{pattern}"))
      Enum.each(files, &cut/1)
      assert {:ok, _} = evaluate(Cells.Rlib, @rust <> "// #{file}", two: 0)
    end
  end

  test "a module whose name Rust can't take over is refused" do
    for name <- [
          :"Elixir.A\0B",
          :"Elixir.Größe",
          :"Elixir.A B",
          :"Elixir.\#{}",
          :"Elixir.\"",
          :""
        ] do
      code =
        "Module.create(#{inspect(name)}, quote(do: use(Roundtrip.Rust, source: \"\")), __ENV__)"

      code = String.replace(code, ~s(source: ""), ~s(source: #{inspect(@rust)}))
      error = assert_raise ArgumentError, fn -> Code.eval_string(code) end
      assert error.message =~ "ASCII letters, digits, underscores and dots, got: "
      assert error.message =~ inspect(name)
    end

    assert {:ok, _} = evaluate(:__root__, @rust, two: 0)
    assert apply(:__root__, :two, []) == 2
  end

  defp cut(file) do
    # cargo compares times, so a file that keeps its time counts as built.
    time = File.stat!(file, time: :posix).mtime
    File.write!(file, binary_part(File.read!(file), 0, 4096))
    File.touch!(file, time)
  end

  defp script(folder, name, text) do
    File.write!(Path.join(folder, name), "#!/bin/sh\n#{text}\n")
    File.chmod!(Path.join(folder, name), 0o755)
  end

  defp run(program) do
    paths = for path <- :code.get_path(), arg <- ["-pa", to_string(path)], do: arg
    System.cmd("elixir", paths ++ ["-e", program], stderr_to_stdout: true)
  end
end
