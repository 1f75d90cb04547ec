defmodule Roundtrip.Rust.Cache do
  @moduledoc false
  # The folder in which cells are built, shared by all notebooks and VMs of a user:
  #
  #     rust/KEY/cells/CRATE/   the package of a cell
  #     rust/KEY/target/        what cargo builds
  #     rust/KEY/loads/         copies, each for one load and gone after it
  #
  # KEY tells apart toolchains and versions of the crates that cells share.

  alias Roundtrip.Rust.Error

  @day 24 * 60 * 60

  @doc "`ROUNDTRIP_CACHE`, or the user's cache folder, or a temporary one where that cannot be written."
  @spec root() :: Path.t()
  def root do
    case System.get_env("ROUNDTRIP_CACHE", "") do
      "" -> if writable?(home()), do: home(), else: temporary()
      path -> if writable?(path), do: Path.expand(path), else: raise_unwritable(path)
    end
  end

  # It raises where the environment names no home.
  defp home do
    to_string(:filename.basedir(:user_cache, "roundtrip"))
  rescue
    _ -> ""
  end

  # Others can write into the system's temporary folder too: what they put there is not loaded.
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

  @doc "Whether files can be made in a folder, which is made if need be."
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

  @doc "Writes a file so that others see all of it or nothing; one that has not changed keeps its time."
  @spec put!(Path.t(), iodata()) :: :ok
  def put!(path, text) do
    unless File.read(path) == {:ok, IO.iodata_to_binary(text)} do
      temporary = "#{path}-#{unique()}"
      File.write!(temporary, text)
      File.rename!(temporary, path)
    end

    :ok
  end

  @doc "A name that no other process of any VM has."
  @spec unique() :: String.t()
  def unique, do: "#{System.pid()}-#{System.unique_integer([:positive])}"

  @doc """
  Removes what is no longer used: all cells but the youngest `:keep`, copies that a killed VM left
  behind, and the folders of other toolchains after a month. What another VM may be working on is
  left alone: a cell is in use for `:in_use` seconds after it was evaluated.
  """
  @spec prune(Path.t(), keep: non_neg_integer(), in_use: non_neg_integer()) :: :ok
  def prune(folder, opts \\ []) do
    cells = Path.join(folder, "cells")
    old = cells |> by_age() |> Enum.drop(opts[:keep] || 50)
    crates = for {name, age} <- old, age >= (opts[:in_use] || 3600), do: name
    for name <- crates, do: File.rm_rf(Path.join(cells, name))
    if crates != [], do: remove(Path.join(folder, "target"), crates)

    remove_older(Path.join(folder, "loads"), @day, "")
    remove_older(Path.dirname(folder), 30 * @day, Path.basename(folder))
  end

  # cargo names everything that it makes of a crate after it.
  defp remove(folder, crates) do
    for name <- list(folder), path = Path.join(folder, name) do
      cond do
        String.contains?(name, crates) -> File.rm_rf(path)
        File.dir?(path) -> remove(path, crates)
        true -> :ok
      end
    end
  end

  defp remove_older(folder, seconds, except) do
    for {name, age} <- by_age(folder), age > seconds, name != except do
      File.rm_rf(Path.join(folder, name))
    end

    :ok
  end

  # The names in a folder with their ages in seconds, the youngest first.
  defp by_age(folder) do
    now = System.os_time(:second)

    for name <- list(folder),
        {:ok, stat} <- [File.stat(Path.join(folder, name), time: :posix)] do
      {name, now - stat.mtime}
    end
    |> List.keysort(1)
  end

  defp list(folder) do
    case File.ls(folder) do
      {:ok, names} -> names
      {:error, _} -> []
    end
  end
end
