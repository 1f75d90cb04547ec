defmodule Roundtrip.Release.LicencesTest do
  use ExUnit.Case, async: true

  @moduletag skip: if(System.find_executable("cargo"), do: false, else: "cargo is not here")

  test "every crate in the libraries, on every target, has a licence that deny.toml allows" do
    allowed = allowed()
    crates = crates()

    for crate <- ~w(rustler hyper tokio),
        do: assert(Enum.any?(crates, &(elem(&1, 0) =~ ~r/^#{crate} v/)))

    refused = for {crate, licence} <- crates, not allows?(allowed, licence), do: {crate, licence}
    assert refused == []
  end

  test "an expression is judged as SPDX means it" do
    assert allows?(["MIT"], "MIT OR GPL-3.0")
    assert allows?(["MIT"], "GPL-3.0/MIT")
    assert allows?(["MIT", "Unicode-3.0"], "(MIT OR Apache-2.0) AND Unicode-3.0")
    refute allows?(["MIT"], "(MIT OR Apache-2.0) AND Unicode-3.0")
    refute allows?(["MIT"], "")
  end

  # Alternatives within, all of them without: so far no crate nests deeper.
  defp allows?(allowed, expression) do
    expression
    |> String.replace(["(", ")"], "")
    |> String.split(" AND ")
    |> Enum.all?(fn part ->
      part |> String.split([" OR ", "/"]) |> Enum.any?(&(String.trim(&1) in allowed))
    end)
  end

  defp allowed do
    [_, list] = Regex.run(~r/^allow = \[(.*)\]$/m, File.read!("deny.toml"))
    for [_, licence] <- Regex.scan(~r/"([^"]+)"/, list), do: licence
  end

  defp crates do
    for line <- String.split(tree(), "\n", trim: true), uniq: true do
      [crate, licence] = String.split(line, "\t")
      {crate, licence}
    end
  end

  @tree ~w(tree --quiet --locked --manifest-path native/Cargo.toml --target all --edges normal,build
           --prefix none --no-dedupe --format) ++ ["{p}\t{l}"]

  # Crates of other targets may not be here yet; the network is asked for them only then.
  defp tree do
    with {_, status} when status != 0 <- cargo(["--offline" | @tree]),
         {message, status} when status != 0 <- cargo(@tree) do
      flunk("cargo tree failed: #{message}")
    else
      {tree, 0} -> tree
    end
  end

  defp cargo(args), do: System.cmd("cargo", args, stderr_to_stdout: true)
end
