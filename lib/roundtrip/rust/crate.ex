defmodule Roundtrip.Rust.Crate do
  @moduledoc false
  # The package around the reader's source. The reader's file holds nothing else, so that rustc's
  # lines, and what it says of a brace that is not closed, are the reader's own.

  alias Roundtrip.Rust.Cache

  @manifest Path.expand("../../../native/Cargo.toml", __DIR__)
  @lock Path.expand("../../../native/Cargo.lock", __DIR__)
  @external_resource @manifest
  @external_resource @lock

  @crates ~w(rustler parking_lot hdrhistogram)

  # The versions that the course itself is built with.
  @dependencies (for crate <- @crates do
                   [line] = Regex.run(~r/^#{crate} = .*$/m, File.read!(@manifest))
                   # The oldest NIF version of the course's artifacts.
                   [String.replace(line, ~s("derive"), ~s("derive", "nif_version_2_15")), "\n"]
                 end)
                |> IO.iodata_to_binary()

  @lock_text File.read!(@lock)

  # Measured: see the moduledoc of Roundtrip.Rust.
  @profile """
  [profile.dev]
  opt-level = 2
  debug = false
  strip = true
  debug-assertions = false
  overflow-checks = true
  incremental = false
  """

  @enforce_keys [:module, :name, :file, :source]
  defstruct [:module, :name, :file, :source]

  @type t :: %__MODULE__{
          module: module(),
          name: String.t(),
          file: String.t(),
          source: String.t()
        }

  @doc "The crate of a module; the same source has the same name, wherever it is evaluated."
  @spec new(module(), String.t()) :: t()
  def new(module, source) do
    name = "cell_" <> hash([inspect(module), 0, source])
    %__MODULE__{module: module, name: name, file: file(module), source: source}
  end

  @doc "Tells apart what must not be built in one folder."
  @spec key(String.t()) :: String.t()
  def key(rustc), do: hash([rustc, @dependencies, @profile, @lock_text, main("", "")])

  @doc "Writes the package into its own folder below `cells` and gives that."
  @spec write!(t(), Path.t()) :: Path.t()
  def write!(%__MODULE__{} = crate, cells) do
    folder = Path.join(cells, crate.name)
    File.mkdir_p!(folder)

    unless File.exists?(Path.join(folder, "Cargo.lock")),
      do: put(folder, "Cargo.lock", @lock_text)

    put(folder, "Cargo.toml", manifest(crate))
    put(folder, crate.file, crate.source)
    put(folder, "main.rs", main(crate.file, crate.module))
    # The youngest are kept when old ones are removed.
    File.touch!(folder)
    folder
  end

  defp put(folder, name, text), do: Cache.put!(Path.join(folder, name), text)

  defp hash(iodata) do
    :crypto.hash(:sha256, iodata) |> binary_part(0, 8) |> Base.encode16(case: :lower)
  end

  defp file(module) do
    name = module |> inspect() |> String.split(".") |> List.last() |> Macro.underscore()
    String.replace(name, ~r/[^a-z0-9_]/, "") <> ".rs"
  end

  defp manifest(crate) do
    """
    [package]
    name = "cell"
    version = "0.0.0"
    edition = "2024"
    publish = false

    [lib]
    name = "#{crate.name}"
    path = "main.rs"
    crate-type = ["cdylib"]

    [workspace]

    [dependencies]
    #{@dependencies}
    #{@profile}
    """
  end

  # The resource keeps the library loaded for as long as somebody holds it: see Loader.
  defp main(file, module) do
    """
    include!("#{file}");
    rustler::init!("#{module}");
    mod __rust__ {
        pub struct Pin;
        #[rustler::resource_impl]
        impl rustler::Resource for Pin {}
        #[rustler::nif(name = "__rust_pin__")]
        fn pin() -> rustler::ResourceArc<Pin> {
            rustler::ResourceArc::new(Pin)
        }
    }
    """
  end
end
