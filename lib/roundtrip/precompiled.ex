defmodule Roundtrip.Precompiled do
  @moduledoc """
  Gives a module its NIF library, and decides where the library comes from.

      defmodule Roundtrip.Native do
        use Roundtrip.Precompiled, crate: "roundtrip_nif", path: "native/nif"
      end

  Two environment variables decide, when the module is compiled:

  | `ROUNDTRIP_HEX` | `ROUNDTRIP_BUILD` | the library |
  |---|---|---|
  | anything but `0` | anything but `1` | `RustlerPrecompiled` downloads an archive, or takes it from its cache, and verifies it |
  | anything but `0` | `1` | `Rustler` builds it from source |
  | `0` | anything | `Roundtrip.Precompiled.Archive` verifies an archive in the folder `RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH` |

  Without Hex there is no `Rustler`. `cargo xtask dist` is then the way to build from source: it
  packs the archives and renews their checksums. `bin/learn`, `bin/test` and the setup cell of a
  notebook call it.

  When the variables change, `mix compile` compiles this module again, and with it those that use it.

  Every library has a NIF `keep_types/0`, which is called before any other. It keeps what a purge of
  the module would free although a thread still uses it: see `native/support/src/live.rs`.

  ## Options

    * `:crate` - name of the library that the crate builds
    * `:path` - the crate's folder, relative to the root of the project

  The crate's Cargo.toml names the module in `package.metadata.nif`, where `cargo xtask dist` reads it.
  """

  alias Roundtrip.Precompiled.{Archive, Target}

  # NIF versions are backward compatible: one library serves every OTP from 25 on.
  @nif_version "2.15"

  # The release workflow builds the targets in this file, so RustlerPrecompiled must offer the same.
  @targets_file Path.join(__DIR__, "precompiled/targets.txt")
  @external_resource @targets_file
  @targets for line <- File.stream!(@targets_file),
               [target | _] <- [String.split(line)],
               target != "#",
               do: target

  @typedoc "Who provides the library: one of the two Hex packages, or `Roundtrip.Precompiled.Archive`."
  @type mode :: :rustler_precompiled | :rustler | :archive

  @doc """
  Returns the mode that the environment variables ask for now.

      iex> Roundtrip.Precompiled.mode() in [:rustler_precompiled, :rustler, :archive]
      true
  """
  @spec mode() :: mode()
  def mode, do: mode(System.get_env("ROUNDTRIP_HEX"), System.get_env("ROUNDTRIP_BUILD"))

  defp mode("0", _build), do: :archive
  defp mode(_hex, "1"), do: :rustler
  defp mode(_hex, _build), do: :rustler_precompiled

  @compiled_for {System.get_env("ROUNDTRIP_HEX"), System.get_env("ROUNDTRIP_BUILD")}

  # Mix asks this of a loaded module. A module with a NIF must not be loaded for it, because
  # RustlerPrecompiled writes the new library over the old one, and a mapped one ends the VM.
  @doc false
  def __mix_recompile__? do
    {hex, build} = @compiled_for
    mode() != mode(hex, build)
  end

  @doc """
  Returns the NIF version that the libraries are built for.

      iex> Roundtrip.Precompiled.nif_version()
      "2.15"
  """
  @spec nif_version() :: String.t()
  def nif_version, do: @nif_version

  @doc """
  Lists the targets for which a release has archives.

      iex> "x86_64-unknown-linux-musl" in Roundtrip.Precompiled.targets()
      true
  """
  @spec targets() :: [String.t()]
  def targets, do: @targets

  defmacro __using__(opts) do
    config = Mix.Project.config()
    mode = mode()

    quote do
      # A new checksum belongs to a new library, which must be installed again.
      @external_resource "checksum-#{__MODULE__}.exs"

      unquote(use_library(mode, __CALLER__.module, config, opts))
      @before_compile unquote(__MODULE__)
    end
  end

  defp use_library(:archive, _module, config, opts) do
    app = config[:app]

    quote do
      @roundtrip_library unquote(__MODULE__).install!(
                           __MODULE__,
                           unquote(app),
                           unquote(config[:version]),
                           unquote(opts[:crate])
                         )
      @on_load :load_library

      @doc false
      def load_library do
        # The VM keeps one old version of a module. While that has a library, it loads no other.
        :code.purge(__MODULE__)
        path = Application.app_dir(unquote(app), @roundtrip_library)
        :erlang.load_nif(String.to_charlist(path), 0)
      end
    end
  end

  defp use_library(:rustler, module, config, opts) do
    System.find_executable("cargo") ||
      Mix.raise(
        "#{inspect(module)}: ROUNDTRIP_BUILD=1 builds from source, and cargo is not on the PATH. " <>
          "Install Rust (https://rustup.rs), or unset the variable: a released version needs no Rust"
      )

    use_rustler_precompiled(config, opts ++ [force_build: true])
  end

  # Without the key `:force_build`, because `false` would override the user's own configuration.
  defp use_library(:rustler_precompiled, _module, config, opts),
    do: use_rustler_precompiled(config, opts)

  defp use_rustler_precompiled(config, opts) do
    opts =
      [
        otp_app: config[:app],
        version: config[:version],
        base_url: "#{config[:source_url]}/releases/download/v#{config[:version]}",
        nif_versions: [@nif_version],
        targets: @targets
      ] ++ opts

    quote do: use(RustlerPrecompiled, unquote(opts))
  end

  # In this callback, because `Rustler` sets its `@on_load` in its own.
  @doc false
  defmacro __before_compile__(env) do
    {load, 0} = Module.delete_attribute(env.module, :on_load)

    quote do
      @on_load :load_and_keep_types

      @doc false
      def load_and_keep_types, do: with(:ok <- unquote(load)(), do: keep_types())
    end
  end

  @doc """
  Installs the library of `module` into the application's `priv/native`.

  Returns its path within the application, without the extension, as `:erlang.load_nif/2` expects
  it. Raises `Mix.Error` if there is no archive for this machine, or if the archive is refused.
  """
  @spec install!(module(), atom(), String.t(), String.t()) :: Path.t()
  def install!(module, app, version, crate) do
    with {:ok, triple} <- Target.triple(),
         library = Target.library(crate, version, @nif_version, triple),
         {:ok, path} <- Archive.install(module, library, Application.app_dir(app, "priv/native")) do
      Path.join("priv/native", Path.basename(Path.rootname(path)))
    else
      {:error, message} -> Mix.raise("#{inspect(module)}: #{message}")
    end
  end
end
