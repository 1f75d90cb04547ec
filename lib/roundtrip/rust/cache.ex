defmodule Roundtrip.Rust.Cache do
  @moduledoc false
  # Manages the folder in which cells are built. All notebooks and VMs of a user share it:
  #
  #     rust/KEY/cells/CRATE/   the package of a cell
  #     rust/KEY/target/        cargo's target folder
  #     rust/KEY/loads/         copies of libraries, each removed once it is loaded
  #
  # KEY is a hash of the toolchain and of the crates that all cells share.

  alias Roundtrip.Rust.Error

  @day 24 * 60 * 60

  @doc """
  Returns the folder `ROUNDTRIP_CACHE`, or the user's cache folder, or a temporary folder if that one
  is not writable.
  """
  @spec root() :: Path.t()
  def root do
    case System.get_env("ROUNDTRIP_CACHE", "") do
      "" -> if writable?(home()), do: home(), else: temporary()
      path -> if writable?(path), do: Path.expand(path), else: raise_unwritable(path)
    end
  end

  # `:filename.basedir/2` raises if the environment names no home folder.
  defp home do
    to_string(:filename.basedir(:user_cache, "roundtrip"))
  rescue
    _ -> ""
  end

  # Other users can create this folder too. Libraries are only loaded from one that is our own.
  defp temporary do
    path = Path.join(System.tmp_dir() || ".", "roundtrip-#{System.get_env("USER", "user")}")

    if writable?(path) and own?(path) do
      File.chmod!(path, 0o700)
      path
    else
      raise_unwritable(path)
    end
  end

  @spec raise_unwritable(Path.t()) :: no_return()
  defp raise_unwritable(path) do
    raise Error,
          "#{path} cannot be written, and Rust in a cell needs a folder to build in: " <>
            "set ROUNDTRIP_CACHE to one of yours"
  end

  @doc "Returns whether a file can be created in the folder. Creates the folder if it is missing."
  @spec writable?(Path.t()) :: boolean()
  def writable?(""), do: false
  def writable?(path), do: match?({:ok, _}, probe(path))

  defp own?(path) do
    {:ok, probe} = probe(path)
    File.stat!(path).uid == probe.uid
  end

  defp probe(path) do
    file = Path.join(path, "probe-#{unique()}")

    with :ok <- File.mkdir_p(path), :ok <- File.write(file, "") do
      stat = File.stat(file)
      File.rm(file)
      stat
    end
  end

  @doc "Writes a file in one step, so that no reader sees half of it. Does nothing if it has this text."
  @spec write_atomically!(Path.t(), iodata()) :: :ok
  def write_atomically!(path, text) do
    unless File.read(path) == {:ok, IO.iodata_to_binary(text)} do
      temporary = "#{path}-#{unique()}"
      File.write!(temporary, text)
      File.rename!(temporary, path)
    end

    :ok
  end

  @doc "Returns the SHA-256 of a file."
  @spec checksum(Path.t()) :: binary()
  def checksum(path), do: :crypto.hash(:sha256, File.read!(path))

  @doc "Returns a name that no other process in any VM of this machine uses."
  @spec unique() :: String.t()
  def unique, do: "#{System.pid()}-#{System.unique_integer([:positive])}"

  @doc """
  Removes old files: all cells except the newest `:keep` (1,000, each about 350 kB), copies of
  libraries that a killed VM left, and the folders of other toolchains after a month.

  A cell that was evaluated less than `:in_use` seconds ago stays, because another VM may use it.
  """
  @spec prune(Path.t(), keep: non_neg_integer(), in_use: non_neg_integer()) :: :ok
  def prune(folder, opts \\ []) do
    cells = Path.join(folder, "cells")
    old = cells |> by_age() |> Enum.drop(opts[:keep] || 1_000)
    crates = for {name, age} <- old, age >= (opts[:in_use] || 3600), do: name
    for name <- crates, do: File.rm_rf(Path.join(cells, name))
    if crates != [], do: remove(Path.join(folder, "target"), crates)

    remove_older(Path.join(folder, "loads"), @day, "")
    remove_older(Path.dirname(folder), 30 * @day, Path.basename(folder))
  end

  @doc "Removes what cargo built from these crates: all names in its folder that contain theirs."
  @spec remove(Path.t(), [String.t()]) :: :ok
  def remove(folder, crates) do
    for name <- list(folder), path = Path.join(folder, name) do
      cond do
        String.contains?(name, crates) -> File.rm_rf(path)
        File.dir?(path) -> remove(path, crates)
        true -> :ok
      end
    end

    :ok
  end

  defp remove_older(folder, seconds, except) do
    for {name, age} <- by_age(folder), age > seconds, name != except do
      File.rm_rf(Path.join(folder, name))
    end

    :ok
  end

  # The names in a folder with their ages in seconds, the newest first.
  defp by_age(folder) do
    now = System.os_time(:second)

    for name <- list(folder),
        {:ok, stat} <- [File.stat(Path.join(folder, name), time: :posix)] do
      {name, now - stat.mtime}
    end
    |> List.keysort(1)
  end

  @doc "Lists a folder, or nothing if there is none."
  @spec list(Path.t()) :: [String.t()]
  def list(folder) do
    case File.ls(folder) do
      {:ok, names} -> names
      {:error, _} -> []
    end
  end
end
