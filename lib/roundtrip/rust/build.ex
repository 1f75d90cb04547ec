defmodule Roundtrip.Rust.Build do
  @moduledoc false
  # Builds the library of a cell's crate with cargo.

  alias Roundtrip.Rust.{BuildOutput, Cache, Cargo, Crate, Error, Toolchain}

  @enforce_keys [:crate, :folder, :library, :checksum, :text]
  defstruct [:crate, :folder, :library, :checksum, :text]

  @typedoc "The folder in `Roundtrip.Rust.Cache`, the library in it, its SHA-256, and rustc's warnings."
  @type t :: %__MODULE__{
          crate: Crate.t(),
          folder: Path.t(),
          library: Path.t(),
          checksum: binary(),
          text: String.t()
        }

  @doc """
  Builds the library of a crate. Returns rustc's errors if it doesn't compile, or what is missing if
  there is no toolchain. Raises `Roundtrip.Rust.Error` if nothing can be built at all.
  """
  @spec run(Crate.t()) :: {:ok, t()} | {:error, String.t()} | {:missing, String.t()}
  def run(%Crate{} = crate) do
    with {:ok, folder} <- folder(), do: run(crate, folder)
  end

  defp run(crate, folder) do
    cell = Crate.write!(crate, Path.join(folder, "cells"))
    # Cache.prune/1 removes the folders of other toolchains by their age.
    File.touch!(folder)
    Cache.prune(folder)
    remove_unless_intact(crate, folder)

    with {:damaged, _text} <- cargo(crate, folder, cell) do
      # The marker goes with it, so a second failure is the reader's.
      File.rm_rf!(target(folder))
      cargo(crate, folder, cell)
    end
  end

  # cargo compares times, and so takes a library for built that was truncated, by a full disk for
  # example. Loading it would end the VM.
  defp remove_unless_intact(crate, folder) do
    library = library(folder, crate.name)

    if library && File.read(checksum_file(folder, crate)) != {:ok, Cache.checksum(library)},
      do: Cache.remove(target(folder), [crate.name])
  end

  defp cargo(crate, folder, cell) do
    output = BuildOutput.new(inspect(crate.module), crate.name, prepared?(folder))
    {status, output} = Cargo.run(args(folder), cell, output, &BuildOutput.handle/2)
    result(status, folder, crate, BuildOutput.text(output))
  end

  @doc "Builds the crates that all cells share, unless that was done."
  @spec prepare() :: :ok | {:error, String.t()} | {:missing, String.t()}
  def prepare do
    with {:ok, folder} <- folder(),
         false <- prepared?(folder),
         {:ok, _} <- run(Crate.new(Roundtrip.Rust.Shared, ""), folder) do
      :ok
    else
      true -> :ok
      other -> other
    end
  end

  defp folder do
    with {:ok, rustc} <- Toolchain.version(),
         do: {:ok, Path.join([Cache.root(), "rust", Crate.key(rustc)])}
  end

  defp target(folder), do: Path.join(folder, "target")

  defp checksum_file(folder, crate),
    do: Path.join([folder, "cells", crate.name, "library.sha256"])

  # The marker is in cargo's target folder, so whoever removes that folder removes the marker too.
  defp marker(folder), do: Path.join(target(folder), "ready")
  defp prepared?(folder), do: File.exists?(marker(folder))

  defp args(folder) do
    # The convention of https://no-color.org.
    colour? = IO.ANSI.enabled?() and System.get_env("NO_COLOR", "") == ""
    colour = if colour?, do: "always", else: "never"
    ["build", "--target-dir", target(folder), "--color", colour]
  end

  defp result(0, folder, crate, text) do
    File.touch!(marker(folder))

    library =
      library(folder, crate.name) ||
        raise Error, "cargo has built no library for #{crate.name} in #{folder}"

    checksum = Cache.checksum(library)
    Cache.write_atomically!(checksum_file(folder, crate), checksum)
    build = %{crate: crate, folder: folder, library: library, checksum: checksum, text: text}
    {:ok, struct!(__MODULE__, build)}
  end

  # No source of a cell causes these: E0786, that a shared crate's metadata is invalid, or that a shared
  # crate, which was compiled before, doesn't compile. BuildOutput drops that line about the cell.
  @damage ~r/E0786|could not compile `/

  defp result(_status, folder, _crate, text) do
    {if(prepared?(folder) and text =~ @damage, do: :damaged, else: :error), text}
  end

  # If the reader's cargo is configured for a target, the library is in that target's folder.
  defp library(folder, name) do
    target = target(folder)
    files = ["lib#{name}.so", "lib#{name}.dylib", "#{name}.dll"]

    paths =
      for below <- ["" | Cache.list(target)], file <- files, do: [target, below, "debug", file]

    paths |> Enum.map(&Path.join/1) |> Enum.find(&File.exists?/1)
  end
end
