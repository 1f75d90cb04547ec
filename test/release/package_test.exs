defmodule Roundtrip.Release.PackageTest do
  use ExUnit.Case, async: true

  # What Hex does with `package[:files]`: each is a pattern, and a folder stands for all in it.
  defp packed do
    for pattern <- Mix.Project.config()[:package][:files],
        found <- Path.wildcard(pattern, match_dot: true),
        file <- files_in(found),
        uniq: true,
        do: file
  end

  defp files_in(path) do
    if File.dir?(path),
      do: path |> Path.join("**") |> Path.wildcard(match_dot: true) |> Enum.reject(&File.dir?/1),
      else: [path]
  end

  @allowed [
    ~r"^lib/.+\.(ex|txt)$",
    ~r"^notebooks/\w+\.livemd$",
    ~r"^native/Cargo\.(toml|lock)$",
    ~r"^native/\w+/Cargo\.toml$",
    ~r"^native/\w+/src/.+\.rs$",
    ~r"^checksum-Elixir\.Roundtrip\.[\w.]+\.exs$",
    ~r"^(mix\.exs|\.formatter\.exs|README\.md|CHANGELOG\.md|LICENSE)$"
  ]

  test "the package holds sources, notebooks, checksums and documents, and nothing else" do
    strangers = Enum.reject(packed(), fn file -> Enum.any?(@allowed, &(file =~ &1)) end)
    assert strangers == []
  end

  test "nothing that was built is in it, though it stands in the checkout" do
    for folder <- ~w(native/target dist priv _build deps test .github) do
      refute Enum.any?(packed(), &String.starts_with?(&1, folder <> "/")), folder
    end
  end

  test "whatever the lessons need is in it" do
    for needed <- tracked(~w(lib notebooks native)) ++ checksums() do
      assert needed in packed()
    end
  end

  # By the rules of .gitignore, but without git: the tests run in an unpacked archive too.
  defp tracked(folders) do
    for folder <- folders,
        file <- Path.wildcard("#{folder}/**/*.{ex,txt,rs,toml,lock,livemd}"),
        not String.starts_with?(file, "native/target/"),
        do: file
  end

  defp checksums do
    for file <- Path.wildcard("lib/**/*.ex"),
        [_, module] <- [
          Regex.run(
            ~r/defmodule (\S+) do(?:(?!defmodule).)*?^  use Roundtrip\.Precompiled,/ms,
            File.read!(file)
          )
        ],
        do: "checksum-Elixir.#{module}.exs"
  end
end
