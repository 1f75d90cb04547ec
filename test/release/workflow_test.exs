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
    {matrix, 0} = System.cmd("bash", [".ci/matrix"])

    built =
      for [_, target, copy] <-
            Regex.scan(~r/"target":"([^"]+)","os":"[^"]+","copy":(\d)/, matrix),
          do: {target, copy}

    assert built == for(target <- @promised, copy <- ["1", "2"], do: {target, copy})
  end

  test "the workflow takes its matrix from there and names no target itself" do
    workflow = File.read!(@workflow)
    assert workflow =~ ".ci/matrix"
    assert workflow =~ "fromJSON(needs.matrix.outputs.matrix)"
    for target <- @promised, do: refute(workflow =~ target)
  end

  test "every NIF module's library is built, has its checksum file and its own SBOM, and is installed" do
    workflow = File.read!(@workflow)
    libraries = libraries()
    assert length(libraries) == length(heads())

    for [crate, module, path] <- libraries do
      assert File.read!("#{path}/Cargo.toml") =~ ~s(name = "#{crate}")
      assert File.exists?("checksum-Elixir.#{module}.exs")
      assert workflow =~ "subject-path: dist/*#{crate}-*.tar.gz\n"
      assert workflow =~ "sbom-path: sbom/#{crate}.cdx.json\n"
      assert workflow =~ ~r/mix run -e '.*= #{module}\./
    end
  end

  defp libraries do
    {libraries, 0} = System.cmd("bash", ["-c", ". bin/prepare.sh; libraries"])
    for line <- String.split(libraries, "\n", trim: true), do: String.split(line)
  end

  defp heads do
    for file <- Path.wildcard("lib/**/*.ex"),
        [head] <- Regex.scan(~r/^  use Roundtrip\.Precompiled\b/m, File.read!(file)),
        do: head
  end

  test "one version stands in mix.exs, which names the archive, and in Cargo.toml, which builds it" do
    assert File.read!("native/Cargo.toml") =~
             ~s(\nversion = "#{Mix.Project.config()[:version]}"\n)
  end

  test "the release is built by the toolchain that the committed checksum was made with" do
    [_, pinned] = Regex.run(~r/pinned_toolchain="rustc (\S+) /, File.read!("bin/prepare.sh"))

    used =
      for [_, rust] <- Regex.scan(~r/toolchain install (\S+)/, File.read!(@workflow)), do: rust

    assert used != [] and Enum.uniq(used) == [pinned]
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

  test "the attestations are verified before a checksum is written, and that before Hex has it" do
    order = ["gh attestation verify", "bin/artifacts --checksums", "mix hex.publish"]
    workflow = File.read!(@workflow)
    places = for step <- order, do: workflow |> :binary.match(step) |> elem(0)
    assert places == Enum.sort(places)
  end
end
