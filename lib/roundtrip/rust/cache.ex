defmodule Roundtrip.Rust.Cache do
  @moduledoc false
  # Where crates and what is built from them stand. One folder for each toolchain and set of
  # dependencies, shared by all cells, notebooks and VMs.

  alias Roundtrip.Rust.Error

  @doc "The folder for builds that `key` tells apart."
  @spec folder(String.t()) :: Path.t()
  def folder(key), do: Path.join([root(), "rust", key])

  @doc "The first of the possible roots that can be written."
  @spec root() :: Path.t()
  def root do
    case System.get_env("ROUNDTRIP_CACHE") do
      path when path in [nil, ""] -> default()
      path -> if writable?(path), do: Path.expand(path), else: raise(Error, unwritable(path))
    end
  end

  defp default do
    home = to_string(:filename.basedir(:user_cache, "roundtrip"))
    if writable?(home), do: home, else: temporary()
  end

  defp temporary do
    path = Path.join(System.tmp_dir!(), "roundtrip-cache")
    if writable?(path), do: path, else: raise(Error, unwritable(path))
  end

  defp unwritable(path) do
    "#{path} cannot be written, and Rust in a cell needs a folder to build in: " <>
      "set ROUNDTRIP_CACHE to one that can."
  end

  defp writable?(path) do
    probe = Path.join(path, ".probe-#{unique()}")

    with :ok <- File.mkdir_p(path), :ok <- File.write(probe, "") do
      File.rm(probe) == :ok
    else
      _ -> false
    end
  end

  @doc "Writes a file so that others see all of it or nothing; one that has not changed keeps its time."
  @spec put!(Path.t(), String.t()) :: :ok
  def put!(path, text) do
    if File.read(path) != {:ok, text} do
      temporary = "#{path}.#{unique()}"
      File.write!(temporary, text)
      File.rename!(temporary, path)
    end

    :ok
  end

  @doc "A name that no other process of any VM has."
  @spec unique() :: String.t()
  def unique, do: "#{System.pid()}-#{System.unique_integer([:positive])}"
end
