defmodule Roundtrip.PrecompiledTest do
  # The environment is changed here.
  use ExUnit.Case, async: false
  doctest Roundtrip.Precompiled

  setup do
    before = Map.new(~w(ROUNDTRIP_HEX ROUNDTRIP_BUILD PATH), &{&1, System.get_env(&1)})

    on_exit(fn -> System.put_env(before) end)
  end

  test "is stale when the environment asks for another mode" do
    refute Roundtrip.Precompiled.__mix_recompile__?()

    System.put_env(
      "ROUNDTRIP_HEX",
      if(Roundtrip.Precompiled.mode() == :archive, do: "1", else: "0")
    )

    assert Roundtrip.Precompiled.__mix_recompile__?()
  end

  test "is stale when the environment asks for a build from source" do
    System.put_env(%{"ROUNDTRIP_HEX" => "1", "ROUNDTRIP_BUILD" => "1"})
    assert Roundtrip.Precompiled.__mix_recompile__?()
  end

  # Mix would load the module to ask it, and RustlerPrecompiled would then write over a mapped library.
  test "no module with a NIF is asked whether it is stale" do
    for module <- [Roundtrip.Native, Roundtrip.Server.Native] do
      refute module |> Code.ensure_loaded!() |> function_exported?(:__mix_recompile__?, 0)
    end
  end

  test "the table of the module's doc" do
    for {hex, build, mode} <- [
          {nil, nil, :rustler_precompiled},
          {"1", "0", :rustler_precompiled},
          {nil, "1", :rustler},
          {"0", nil, :archive},
          {"0", "1", :archive}
        ] do
      System.put_env(%{"ROUNDTRIP_HEX" => hex, "ROUNDTRIP_BUILD" => build})
      assert {hex, build, Roundtrip.Precompiled.mode()} == {hex, build, mode}
    end
  end

  @tag :tmp_dir
  test "a build from source without cargo fails with what to do", %{tmp_dir: folder} do
    System.put_env(%{"ROUNDTRIP_HEX" => "1", "ROUNDTRIP_BUILD" => "1", "PATH" => folder})

    code = """
    defmodule Roundtrip.WithoutCargo do
      use Roundtrip.Precompiled, crate: "roundtrip_nif", path: "native/nif"
    end
    """

    error = assert_raise Mix.Error, fn -> Code.eval_string(code) end
    assert error.message =~ "Roundtrip.WithoutCargo: ROUNDTRIP_BUILD=1 builds from source"
    assert error.message =~ "a released version needs no Rust"
  end

  # Compiles the package three times: .ci/run runs it, with `mix test --only slow`.
  @tag :slow
  @tag timeout: 180_000
  test "one _build goes from one mode to the other and back" do
    scratch = scratch_project()

    for hex <- ["0", "1", "0"] do
      assert {hex, compile(scratch, hex)} == {hex, "compiled: #{hex} #{hex}, add: 5, held: 0"}
    end
  end

  # A copy whose rustler_precompiled is a package of three lines: Hex itself is not needed to see
  # which way the macro went.
  defp scratch_project do
    scratch = Path.join(System.tmp_dir!(), "roundtrip-mode-#{System.unique_integer([:positive])}")
    on_exit(fn -> File.rm_rf!(scratch) end)

    File.mkdir_p!(Path.join(scratch, "fake/lib"))
    for kept <- ["lib", "notebooks", "dist"], do: File.cp_r!(kept, Path.join(scratch, kept))
    File.mkdir_p!(Path.join(scratch, "native/cells"))

    for pattern <- ["checksum-*.exs", "native/Cargo.*", "native/cells/Cargo.toml"],
        kept <- Path.wildcard(pattern),
        do: File.cp!(kept, Path.join(scratch, kept))

    File.write!(Path.join(scratch, "mix.exs"), project())
    File.write!(Path.join(scratch, "fake/mix.exs"), fake_project())
    File.write!(Path.join(scratch, "fake/lib/rustler_precompiled.ex"), fake())
    scratch
  end

  defp project do
    """
    defmodule Roundtrip.MixProject do
      use Mix.Project

      def project do
        [
          app: :roundtrip,
          version: "#{Mix.Project.config()[:version]}",
          source_url: "https://example.com",
          deps: if(System.get_env("ROUNDTRIP_HEX") == "0", do: [], else: [{:rustler_precompiled, path: "fake"}])
        ]
      end
    end
    """
  end

  defp fake_project do
    """
    defmodule RustlerPrecompiled.MixProject do
      use Mix.Project
      def project, do: [app: :rustler_precompiled, version: "0.8.4"]
    end
    """
  end

  defp fake do
    """
    defmodule RustlerPrecompiled do
      defmacro __using__(opts) do
        quote do
          def options, do: unquote(opts)
          @on_load :take
          def take do
            :code.purge(__MODULE__)
            files = "priv/native/*\#{unquote(opts[:crate])}-*.so"
            path = Application.app_dir(:roundtrip, files) |> Path.wildcard() |> hd()
            :erlang.load_nif(String.to_charlist(Path.rootname(path)), 0)
          end
        end
      end
    end
    """
  end

  @print ~S"""
  alias Roundtrip.{Native, Server}
  sum = Native.add(2, 3)
  held = Server.Native.live_resources()
  way = &if(function_exported?(&1, :options, 0), do: 1, else: 0)
  IO.puts("compiled: #{way.(Native)} #{way.(Server.Native)}, add: #{sum}, held: #{held}")
  """

  defp compile(scratch, hex) do
    env = [
      {"ROUNDTRIP_HEX", hex},
      {"ROUNDTRIP_BUILD", nil},
      {"MIX_ENV", "dev"},
      {"RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH", Path.join(scratch, "dist")}
    ]

    {output, status} =
      System.cmd("mix", ["run", "-e", @print], cd: scratch, env: env, stderr_to_stdout: true)

    assert status == 0, output
    output |> String.split("\n", trim: true) |> List.last()
  end
end
