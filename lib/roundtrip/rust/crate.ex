defmodule Roundtrip.Rust.Crate do
  @moduledoc false
  # Generates the cargo package of a cell. The reader's source is a file by itself, so that the line
  # numbers in rustc's messages, also about an unclosed brace, are those of the source.

  alias Roundtrip.Rust.Cache

  @manifest Path.expand("../../../native/Cargo.toml", __DIR__)
  @cells Path.expand("../../../native/cells/Cargo.toml", __DIR__)
  @lock Path.expand("../../../native/Cargo.lock", __DIR__)
  @external_resource @manifest
  @external_resource @cells
  @external_resource @lock
  @lock_text File.read!(@lock)

  # The crates that all cells can use, in the versions that the course itself is built with.
  @dependencies Enum.map_join(~w(rustler parking_lot hdrhistogram), "\n", fn crate ->
                  [line] = Regex.run(~r/^#{crate} = .*$/m, File.read!(@manifest))
                  # The oldest NIF version that we support, so that every OTP from 25 on loads it.
                  String.replace(line, ~s("derive"), ~s("derive", "nif_version_2_15"))
                end)

  # The crates that a cell can use if it names them, each with its line of a Cargo.toml.
  @optional for [line, crate] <-
                  Regex.scan(~r/^(\w+) = .*, optional = true }$/m, File.read!(@cells)),
                into: %{},
                do: {String.to_atom(crate), String.replace(line, ", optional = true", "")}

  # On two idle cores level 2 took 9 s for the first build and 0.4 s for a changed cell, level 0 took
  # 7 s and 0.2 s, level 3 took 12 s and 0.4 s. bench/rust/cells.exs measures it.
  @profile [
    {"opt-level", "2"},
    {"debug", "false"},
    {"strip", "true"},
    {"debug-assertions", "false"},
    {"overflow-checks", "true"},
    {"incremental", "false"}
  ]

  # The name of a source file, made of a module's, has no hyphen.
  @root "cell-root.rs"

  @enforce_keys [:module, :nifs, :name, :file, :source]
  defstruct [:module, :nifs, :name, :file, :source, crates: []]

  @typedoc """
  The module of a cell, the module that its NIFs are loaded into, and the package. `crates` are those
  that the cell has named, sorted.
  """
  @type t :: %__MODULE__{
          module: module(),
          nifs: module(),
          name: String.t(),
          file: String.t(),
          source: String.t(),
          crates: [atom()]
        }

  @doc "Returns the names of the crates that a cell can use if it names them, sorted."
  @spec optional() :: [atom()]
  def optional, do: @optional |> Map.keys() |> Enum.sort()

  @doc "Returns the settings of the profile that cells are built with."
  @spec profile() :: [{String.t(), String.t()}]
  def profile, do: @profile

  @doc "Returns the lock file with the versions that the course uses."
  @spec lock() :: String.t()
  def lock, do: @lock_text

  @doc """
  Returns the crate of a module. The same module with the same source and crates has the same name.

  Raises `ArgumentError` if Rust can't take over the module's name, or if one of the crates is not in
  `optional/0`.
  """
  @spec new(module(), String.t(), [atom()]) :: t()
  def new(module, source, crates \\ []) do
    unless Atom.to_string(module) =~ ~r/\A[A-Za-z0-9_.]{1,200}\z/ do
      raise ArgumentError,
            "the name of a module with Rust has at most 200 ASCII letters, digits, underscores " <>
              "and dots, got: #{inspect(module)}"
    end

    file = file(module)
    crates = crates!(crates)
    hash = hash([root(file, module), source | Enum.map(crates, &[0, Atom.to_string(&1)])])

    %__MODULE__{
      module: module,
      nifs: Module.concat(module, "Cell" <> String.upcase(hash)),
      name: "cell_" <> hash,
      file: file,
      source: source,
      crates: crates
    }
  end

  defp crates!(crates) do
    unless is_list(crates) and Enum.all?(crates, &is_map_key(@optional, &1)) do
      raise ArgumentError,
            "crates: takes a list of these crates: #{inspect(optional())}, got: #{inspect(crates)}"
    end

    crates |> Enum.uniq() |> Enum.sort()
  end

  @doc "Returns a hash of everything that all cells share. Other shared crates need another folder."
  @spec key(String.t()) :: String.t()
  def key(rustc), do: hash([rustc, @dependencies, profile_text(), @lock_text])

  @doc "Writes the package into a folder of its own in `cells`, and returns that folder."
  @spec write!(t(), Path.t()) :: Path.t()
  def write!(%__MODULE__{} = crate, cells) do
    folder = Path.join(cells, crate.name)
    File.mkdir_p!(folder)
    # Cache.prune/1 keeps the newest.
    File.touch!(folder)

    for {name, text} <- files(crate), do: Cache.write_atomically!(Path.join(folder, name), text)
    lock = Path.join(folder, "Cargo.lock")
    # cargo removes the crates that the cell doesn't use. Writing them back would cause a rebuild.
    unless File.exists?(lock), do: Cache.write_atomically!(lock, @lock_text)
    folder
  end

  defp files(crate) do
    [
      {"Cargo.toml", manifest(crate)},
      {crate.file, crate.source},
      {@root, root(crate.file, crate.nifs)}
    ]
  end

  defp hash(iodata) do
    :crypto.hash(:sha256, iodata) |> binary_part(0, 8) |> Base.encode16(case: :lower)
  end

  # The name of the source file, which rustc prints in each message.
  defp file(module) do
    name = module |> inspect() |> String.split(".") |> List.last() |> Macro.underscore()
    String.replace(name, ~r/[^a-z0-9_]/, "") <> ".rs"
  end

  defp manifest(crate) do
    """
    [package]
    name = "#{crate.name}"
    version = "0.0.0"
    edition = "2024"
    publish = false

    [lib]
    path = "#{@root}"
    crate-type = ["cdylib"]

    [workspace]

    [dependencies]
    #{@dependencies}
    #{Enum.map_join(crate.crates, "\n", &Map.fetch!(@optional, &1))}

    #{profile_text()}
    """
  end

  defp profile_text do
    settings = for {key, value} <- @profile, do: "#{key} = #{value}\n"
    "[profile.dev]\n#{settings}"
  end

  defp root(file, nifs) do
    """
    include!(#{inspect(file)});
    rustler::init!(#{inspect(to_string(nifs))});
    """
  end
end
