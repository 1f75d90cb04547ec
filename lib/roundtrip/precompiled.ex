defmodule Roundtrip.Precompiled do
  @moduledoc """
  The head of a NIF module: decides where its library comes from.

      defmodule Roundtrip.Native do
        use Roundtrip.Precompiled, crate: "roundtrip_nif", path: "native/nif"
      end

  | `ROUNDTRIP_HEX` | `ROUNDTRIP_BUILD` | the library |
  |---|---|---|
  | anything but `0` | anything but `1` | fetched and verified by `RustlerPrecompiled` |
  | anything but `0` | `1` | built from source by `Rustler` |
  | `0` | anything but `1` | taken from `RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH` and verified by `Roundtrip.Precompiled.Archive` |
  | `0` | `1` | built from source by `Roundtrip.Precompiled.Source` |

  Both variables are read when the module is compiled. The module remembers what it read and
  tells Mix, through `__mix_recompile__?/0`, when the answer has changed since.

  ## Options

    * `:crate` - name of the library that the crate builds
    * `:path` - the crate's folder, seen from the root of the project

  `bin/artifacts` builds what it finds in such heads, if they stand on one line.
  """

  alias Roundtrip.Precompiled.{Archive, Source}

  # One library serves every OTP from 25 on: NIF versions are backward compatible.
  @nif_version "2.15"

  # The release workflow builds what this file lists, and RustlerPrecompiled offers the same.
  @targets_file Path.join(__DIR__, "precompiled/targets.txt")
  @external_resource @targets_file
  @targets for line <- File.stream!(@targets_file),
               [target | _] <- [String.split(line)],
               target != "#",
               do: target

  @typedoc "What the environment asks for: with Hex or without, prebuilt or from source."
  @type mode :: {:hex | :no_hex, :prebuilt | :source}

  @doc """
  What the environment asks for now.

      iex> {hex, library} = Roundtrip.Precompiled.mode()
      iex> hex in [:hex, :no_hex] and library in [:prebuilt, :source]
      true
  """
  @spec mode() :: mode()
  def mode do
    hex = if System.get_env("ROUNDTRIP_HEX") == "0", do: :no_hex, else: :hex
    library = if System.get_env("ROUNDTRIP_BUILD") == "1", do: :source, else: :prebuilt
    {hex, library}
  end

  @doc "The NIF version that the artifacts are built for."
  @spec nif_version() :: String.t()
  def nif_version, do: @nif_version

  @doc """
  The targets that a release has artifacts for.

      iex> "x86_64-unknown-linux-musl" in Roundtrip.Precompiled.targets()
      true
  """
  @spec targets() :: [String.t()]
  def targets, do: @targets

  defmacro __using__(opts) do
    config = Mix.Project.config()
    {hex, library} = mode = mode()
    if library == :source, do: require_cargo!(__CALLER__.module)

    quote do
      @roundtrip_mode unquote(mode)
      # A renewed checksum means a renewed library: install it again.
      @external_resource "checksum-#{__MODULE__}.exs"

      unquote(head(hex, library, config, opts))

      @doc false
      def __mix_recompile__?, do: Roundtrip.Precompiled.mode() != @roundtrip_mode
    end
  end

  defp head(:hex, library, config, opts) do
    opts =
      [
        otp_app: config[:app],
        version: config[:version],
        base_url: "#{config[:source_url]}/releases/download/v#{config[:version]}",
        nif_versions: [@nif_version],
        targets: @targets
      ] ++ opts ++ force_build(library)

    quote do: use(RustlerPrecompiled, unquote(opts))
  end

  defp head(:no_hex, library, config, opts) do
    quote do
      @roundtrip_library unquote(__MODULE__).install!(
                           unquote(library),
                           __MODULE__,
                           unquote(config[:app]),
                           unquote(config[:version]),
                           unquote(opts)
                         )
      @on_load :load_library

      @doc false
      def load_library do
        # A module that is loaded again still holds the old library, which refuses a second one.
        :code.purge(__MODULE__)
        path = Application.app_dir(unquote(config[:app]), @roundtrip_library)
        :erlang.load_nif(String.to_charlist(path), 0)
      end
    end
  end

  # The key is absent, never false: false would override what the user's own configuration asks.
  defp force_build(:source), do: [force_build: true]
  defp force_build(:prebuilt), do: []

  defp require_cargo!(module) do
    with {:error, message} <- Source.find_cargo(), do: Mix.raise("#{inspect(module)}: #{message}")
  end

  @doc """
  Puts the library of `module` into the application's `priv/native` and gives its path there,
  without the extension, as `:erlang.load_nif/2` wants it.

  Raises `Mix.Error` with what to do about it when there is nothing fit to install.
  """
  @spec install!(:prebuilt | :source, module(), atom(), String.t(), keyword()) :: Path.t()
  def install!(library, module, app, version, opts) do
    folder = Application.app_dir(app, "priv/native")

    installed =
      case library do
        :prebuilt -> Archive.install(module, version, opts[:crate], folder)
        :source -> Source.install(opts[:path], opts[:crate], folder)
      end

    case installed do
      {:ok, path} -> Path.join("priv/native", Path.basename(Path.rootname(path)))
      {:error, message} -> Mix.raise("#{inspect(module)}: #{message}")
    end
  end
end
