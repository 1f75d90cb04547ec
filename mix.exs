defmodule Roundtrip.MixProject do
  use Mix.Project

  @version "0.1.0"
  # The one place that names the repository: links, artifact downloads and docs read it from here.
  @source_url "https://github.com/roundtrip-nif/roundtrip"

  def project do
    [
      app: :roundtrip,
      version: @version,
      elixir: "~> 1.14",
      elixirc_paths: elixirc_paths(Mix.env()),
      deps: deps(),
      # A test compares the notebooks' Mix.install with these, with Hex or without.
      notebook_deps: hex_deps(),
      # For `mix livemd`: solutions that pass there are nobody's progress in the course.
      livemd: [
        toolchains: [Roundtrip.Rust, Roundtrip.Rust.Hex],
        env: %{"ROUNDTRIP_DATA" => Path.expand("_build/livemd", __DIR__)}
      ],
      aliases: aliases(),
      name: "Roundtrip",
      description: "From Elixir to Rust and back again: a course in Livebook, backed by NIFs",
      source_url: @source_url,
      package: package(),
      docs: &docs/0
    ]
  end

  def application do
    [extra_applications: [:logger, :crypto]]
  end

  # What a reader's Livebook compiles is lib/ alone: there the package is a dependency, and its environment :prod.
  defp elixirc_paths(:test), do: ["lib", "dev", "test/support", "livemd/test/support"]
  defp elixirc_paths(:dev), do: ["lib", "dev"]
  defp elixirc_paths(:prod), do: ["lib"]

  defp deps, do: [{:livemd, path: "livemd", only: [:dev, :test]} | packages()]

  # Without Hex there is no package at all; lib/roundtrip/precompiled.ex is the other place that asks.
  defp packages do
    cond do
      System.get_env("ROUNDTRIP_HEX") == "0" ->
        []

      Version.match?(System.version(), ">= 1.15.0") ->
        hex_deps()

      true ->
        Mix.raise("with Hex, Elixir 1.15 or newer is needed; set ROUNDTRIP_HEX=0 to go without")
    end
  end

  defp hex_deps do
    [
      {:rustler_precompiled, "~> 0.8"},
      {:rustler, ">= 0.37.0"} |> optional_unless_built(),
      {:telemetry, "~> 1.0", optional: true},
      {:kino, "~> 0.19", only: [:dev, :test]},
      {:ex_doc, "~> 0.38", only: :dev, runtime: false}
    ]
  end

  # Only a build from source needs rustler.
  defp optional_unless_built({name, requirement}),
    do: {name, requirement, optional: System.get_env("ROUNDTRIP_BUILD") != "1"}

  defp aliases do
    [
      fmt: [
        "format",
        &format_c/1,
        "cmd cargo fmt --manifest-path native/Cargo.toml --all"
      ],
      "hex.build": &with_hex("hex.build", &1),
      "hex.publish": &with_hex("hex.publish", &1)
    ]
  end

  # The files are listed here, because `mix cmd` expands no patterns since Elixir 1.19.
  defp format_c(_args) do
    files = Path.wildcard("bench/**/*.{c,h}")
    clang_format = System.find_executable("clang-format")

    cond do
      files == [] ->
        :ok

      clang_format == nil ->
        Mix.shell().info("clang-format is not installed, so the C in bench/ isn't formatted")

      true ->
        case System.cmd(clang_format, ["-i" | files], stderr_to_stdout: true) do
          {_, 0} -> :ok
          {text, status} -> Mix.raise("clang-format failed (exit #{status}): #{text}")
        end
    end
  end

  defp with_hex(task, args) do
    if System.get_env("ROUNDTRIP_HEX") == "0" do
      Mix.raise(
        "mix #{task} under ROUNDTRIP_HEX=0 would make a package without dependencies; unset it"
      )
    end

    Mix.Task.run(task, args)
  end

  # The folders in native/ are listed, because "native" alone would include target/.
  defp package do
    [
      licenses: ["Apache-2.0"],
      links: %{"GitHub" => @source_url},
      files: ~w(
        lib notebooks/*.livemd mix.exs .formatter.exs README.md CHANGELOG.md LICENSE checksum-*.exs
        native/Cargo.toml native/Cargo.lock native/*/Cargo.toml native/*/src
      )
    ]
  end

  defp docs do
    [
      main: "readme",
      source_ref: "v#{@version}",
      extras:
        [
          "README.md",
          "CHANGELOG.md",
          "CONTRIBUTING.md",
          "RELEASING.md",
          "SECURITY.md",
          "docs/glossary.md",
          "docs/cheatsheet.md",
          "LICENSE"
        ] ++
          notebooks(),
      groups_for_extras: [Lessons: ~r"notebooks/"],
      # What is in dev/ is not part of the package.
      filter_modules: fn module, _metadata ->
        not (inspect(module) =~ ~r/^(Mix\.|Roundtrip\.(Footprint|Trend)$)/)
      end,
      # The first group that matches a module is the one that it is in.
      groups_for_modules: [
        "The HTTP server": [~r/^Roundtrip\.Server\b/],
        Lessons: [
          ~r/^Roundtrip\.(FirstCall|Structs|Resources|Mutation|Messages|Calls|LongWork|Toolbox)\b/,
          Roundtrip.Measure,
          Roundtrip.Poll,
          Roundtrip.Schedulers
        ],
        "Rust in a cell": [~r/^Roundtrip\.Rust\b/],
        Progress: [~r/^Roundtrip\.Progress\b/],
        Installation: [~r/^Roundtrip\.Precompiled\b/],
        "The course": [Roundtrip, Roundtrip.Native]
      ]
    ]
  end

  @lessons ~w(index rust project first_call terms structs resources mutation messages calls long_work server toolbox shipping post)
  defp notebooks, do: Enum.map(@lessons, &"notebooks/#{&1}.livemd")
end
