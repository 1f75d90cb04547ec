defmodule Roundtrip.Release.WorkflowTest do
  use ExUnit.Case, async: true

  alias Roundtrip.Precompiled

  @workflow ".github/workflows/release.yml"

  # rustler_precompiled 0.8's own list, less x86_64-pc-windows-gnu.
  @promised ~w(
    aarch64-apple-darwin
    aarch64-unknown-linux-gnu
    aarch64-unknown-linux-musl
    arm-unknown-linux-gnueabihf
    riscv64gc-unknown-linux-gnu
    x86_64-apple-darwin
    x86_64-pc-windows-msvc
    x86_64-unknown-linux-gnu
    x86_64-unknown-linux-musl
  )

  test "what is promised is what the package offers" do
    assert Precompiled.targets() == @promised
    assert Precompiled.nif_version() == "2.15"
  end

  test "the release builds each target twice, and no other" do
    {matrix, 0} = System.cmd("cargo", ["xtask", "matrix"])

    built =
      for [_, target, copy] <-
            Regex.scan(~r/"target":"([^"]+)","os":"[^"]+","copy":(\d)/, matrix),
          do: {target, copy}

    assert built == for(target <- @promised, copy <- ["1", "2"], do: {target, copy})
  end

  test "the workflow takes its matrix from there and names no target itself" do
    workflow = File.read!(@workflow)
    assert workflow =~ "cargo xtask matrix"
    assert workflow =~ "fromJSON(needs.matrix.outputs.matrix)"
    for target <- @promised, do: refute(workflow =~ target)
  end

  test "every NIF module's library is built, has its checksum file and its own SBOM, and is installed" do
    workflow = File.read!(@workflow)

    for {crate, module, _path} <- manifests() do
      assert File.exists?("checksum-Elixir.#{module}.exs")
      assert workflow =~ "subject-path: dist/*#{crate}-*.tar.gz\n"
      assert workflow =~ "sbom-path: sbom/#{crate}.cdx.json\n"
      assert workflow =~ ~r/mix run -e '.*= #{module}\./
    end
  end

  test "cargo xtask packs what the modules load" do
    assert manifests() != []
    assert manifests() == heads()
  end

  test "the NIF version in an archive's name is the one that its library is built for" do
    for {_crate, _module, path} <- manifests() do
      [_, version] = Regex.run(~r/^default = \["nif_version_(\w+)"\]$/m, manifest(path))
      assert String.replace(version, "_", ".") == Precompiled.nif_version()
    end
  end

  # {crate, module, path}, as the manifests of the crates say it.
  defp manifests do
    for file <- Path.wildcard("native/*/Cargo.toml"),
        path = Path.dirname(file),
        [_, module] <-
          Regex.scan(~r/^\[package\.metadata\.nif\]\nmodule = "(.+)"$/m, manifest(path)) do
      [_, crate] = Regex.run(~r/^name = "(.+)"$/m, manifest(path))
      {crate, module, path}
    end
  end

  # The same, as the heads of the modules say it.
  defp heads do
    head = ~r/^defmodule (\S+) do$(?:(?!^defmodule).)*?^  use Roundtrip\.Precompiled, (.+?)$/ms

    for file <- Path.wildcard("lib/**/*.ex"),
        [_, module, options] <- Regex.scan(head, File.read!(file)) do
      options = Code.eval_string("[#{options}]") |> elem(0)
      {options[:crate], module, options[:path]}
    end
    |> Enum.sort()
  end

  defp manifest(path), do: File.read!(Path.join(path, "Cargo.toml"))

  test "one version stands in mix.exs, which names the archive, and in Cargo.toml, which builds it" do
    assert File.read!("native/Cargo.toml") =~
             ~s(\nversion = "#{Mix.Project.config()[:version]}"\n)
  end

  test "both workflows build with the Rust that native/Cargo.toml names, and name none themselves" do
    for workflow <- [@workflow, ".github/workflows/ci.yml"], text = File.read!(workflow) do
      assert text =~ ".ci/install-rust"
      refute text =~ "rustup toolchain install"
    end

    assert File.read!("native/Cargo.toml") =~ ~r/^rust-version = "\d+\.\d+\.\d+"$/m
  end

  test "every action is pinned by commit" do
    for [line, reference] <- Regex.scan(~r/uses: \S+@(\S+).*/, File.read!(@workflow)) do
      assert reference =~ ~r/^[0-9a-f]{40}$/, line
    end
  end

  test "nothing is granted but where it is needed" do
    workflow = File.read!(@workflow)
    assert workflow =~ ~r/^permissions: \{\}$/m
    granted = for [grant] <- Regex.scan(~r/[a-z-]+: write\b/, workflow), do: grant
    assert Enum.sort(granted) == ["attestations: write", "contents: write", "id-token: write"]
  end

  test "a job that may write to the repository runs nothing of it" do
    [release] = Regex.run(~r/^  release:\n.*?(?=^  hex:)/ms, File.read!(@workflow))
    assert release =~ "contents: write"
    refute release =~ "actions/checkout"
    refute release =~ "cargo"
  end

  test "the attestations are verified before a checksum is written, and that before Hex has it" do
    order = [
      "gh attestation verify",
      "cargo xtask checksums",
      "gh release create",
      "mix hex.publish"
    ]

    workflow = File.read!(@workflow)
    places = for step <- order, do: workflow |> :binary.match(step) |> elem(0)
    assert places == Enum.sort(places)
  end
end
