defmodule Roundtrip.Rust.Build do
  @moduledoc false
  # Builds the library of a cell's crate with cargo. The name of the crate is a hash of all that it is built
  # from, so what was built, or refused, once is not given to cargo again.

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
    with {:ok, folder} <- folder(), do: known(crate, folder) || run(crate, folder)
  end

  defp run(crate, folder) do
    cell = Crate.write!(crate, cells(folder))
    # Cache.prune/1 removes the folders of other toolchains by their age.
    File.touch!(folder)
    Cache.prune(folder)
    remove_unless_intact(crate, folder)

    with {:damaged, _text} <- cargo(crate, folder, cell) do
      # The markers go with it, so a second failure is the reader's.
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
    output = BuildOutput.new(inspect(crate.module), crate.name, first(crate, folder))
    {status, output} = Cargo.run(args(folder), cell, output, &BuildOutput.handle/2)
    result(status, folder, crate, BuildOutput.text(output))
  end

  # Describes the crates that are built before the cell's own.
  defp first(crate, folder) do
    cond do
      not prepared?(folder, []) -> "the crates that all cells share"
      not prepared?(folder, crate.crates) -> Enum.map_join(crate.crates, ", ", &to_string/1)
      true -> nil
    end
  end

  @doc "Builds the crates that all cells share, and these, unless that was done."
  @spec prepare([atom()]) :: :ok | {:error, String.t()} | {:missing, String.t()}
  def prepare(crates \\ []) do
    with {:ok, folder} <- folder(),
         crate = Crate.new(Roundtrip.Rust.Shared, "", crates),
         false <- prepared?(folder, []) and prepared?(folder, crate.crates),
         {:ok, _} <- run(crate, folder) do
      :ok
    else
      true -> :ok
      other -> other
    end
  end

  @doc "Returns the folder in which the cells of this toolchain are built."
  @spec folder() :: {:ok, Path.t()} | {:missing, String.t()}
  def folder do
    with {:ok, rustc} <- Toolchain.version(),
         do: {:ok, Path.join([Cache.root(), "rust", Crate.key(rustc)])}
  end

  @doc "Returns the folder of the cells' packages."
  @spec cells(Path.t()) :: Path.t()
  def cells(folder), do: Path.join(folder, "cells")

  @doc "Returns cargo's target folder."
  @spec target(Path.t()) :: Path.t()
  def target(folder), do: Path.join(folder, "target")

  defp checksum_file(folder, crate), do: file(folder, crate, "library.sha256")
  defp file(folder, crate, name), do: Path.join([cells(folder), crate.name, name])

  # The markers are in cargo's target folder, so whoever removes that folder removes them too.
  defp marker(folder, crates), do: Path.join(target(folder), Enum.join(["ready" | crates], "-"))
  defp prepared?(folder, crates), do: File.exists?(marker(folder, crates))

  defp args(folder), do: ["build", "--target-dir", target(folder), "--color", colour()]

  # The convention of https://no-color.org.
  defp colour do
    colour? = IO.ANSI.enabled?() and System.get_env("NO_COLOR", "") == ""
    if colour?, do: "always", else: "never"
  end

  @doc "Returns the result of an earlier build of the crate, or `nil` if there is none that is intact."
  @spec known(Crate.t(), Path.t()) :: {:ok, t()} | {:error, String.t()} | nil
  def known(crate, folder) do
    with {:error, _reason} <- File.read(file(folder, crate, "errors-#{colour()}")),
         {:ok, text} <- File.read(file(folder, crate, "warnings-#{colour()}")),
         {:ok, checksum} <- File.read(checksum_file(folder, crate)),
         library when library != nil <- library(folder, crate.name),
         ^checksum <- Cache.checksum(library) do
      # Cache.prune/1 keeps the newest.
      File.touch!(Path.join(cells(folder), crate.name))
      {:ok, build(crate, folder, library, checksum, text)}
    else
      {:ok, errors} -> {:error, errors}
      _none_or_damaged -> nil
    end
  end

  @doc "Records that the crate's library was built, with rustc's warnings. Raises if there is none."
  @spec built!(Crate.t(), Path.t(), String.t()) :: t()
  def built!(crate, folder, text) do
    library =
      library(folder, crate.name) ||
        raise Error, "cargo has built no library for #{crate.name} in #{folder}"

    checksum = Cache.checksum(library)
    Cache.write_atomically!(checksum_file(folder, crate), checksum)
    Cache.write_atomically!(file(folder, crate, "warnings-#{colour()}"), text)
    build(crate, folder, library, checksum, text)
  end

  defp build(crate, folder, library, checksum, text) do
    build = %{crate: crate, folder: folder, library: library, checksum: checksum, text: text}
    struct!(__MODULE__, build)
  end

  # No source of a cell causes these: E0786, that a shared crate's metadata is invalid, or that a shared
  # crate, which was compiled before, doesn't compile. BuildOutput drops that line about the cell.
  @damage ~r/E0786|could not compile `/

  defp result(0, folder, crate, text) do
    for crates <- [[], crate.crates], do: File.touch!(marker(folder, crates))
    {:ok, built!(crate, folder, text)}
  end

  defp result(_status, folder, crate, text) do
    cond do
      not prepared?(folder, []) ->
        {:error, text}

      text =~ @damage ->
        {:damaged, text}

      true ->
        if about_source?(text, crate),
          do: Cache.write_atomically!(file(folder, crate, "errors-#{colour()}"), text)

        {:error, text}
    end
  end

  # Errors of another kind, such as a full disk, may be gone the next time.
  defp about_source?(text, crate) do
    plain = BuildOutput.plain(text)
    plain =~ ~r/^error(\[E\d{4}\])?: /m and plain =~ "--> #{crate.file}:"
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
