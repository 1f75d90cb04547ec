defmodule Roundtrip.Precompiled.Target do
  @moduledoc """
  Names targets and the libraries built for them, exactly as `rustler_precompiled` does.
  """

  @typedoc "The parts of a library's file name."
  @type parts :: %{
          crate: String.t(),
          version: String.t(),
          nif_version: String.t(),
          triple: String.t()
        }

  @doc """
  Returns Rust's name for the target of a VM, from its `:erlang.system_info(:system_architecture)`.

      iex> Roundtrip.Precompiled.Target.triple("x86_64-pc-linux-gnu")
      {:ok, "x86_64-unknown-linux-gnu"}
      iex> Roundtrip.Precompiled.Target.triple("aarch64-alpine-linux-musl")
      {:ok, "aarch64-unknown-linux-musl"}
      iex> Roundtrip.Precompiled.Target.triple("aarch64-apple-darwin24.1.0")
      {:ok, "aarch64-apple-darwin"}
      iex> Roundtrip.Precompiled.Target.triple("riscv64-pc-linux-gnu")
      {:ok, "riscv64gc-unknown-linux-gnu"}
      iex> Roundtrip.Precompiled.Target.triple("win32")
      {:ok, "x86_64-pc-windows-msvc"}
      iex> Roundtrip.Precompiled.Target.triple("sparc-sun-solaris2.11")
      {:error, "there is no artifact for sparc-sun-solaris2.11"}
  """
  @spec triple(String.t()) :: {:ok, String.t()} | {:error, String.t()}
  def triple(architecture) do
    case String.split(architecture, "-") do
      ["win32"] -> {:ok, "x86_64-pc-windows-msvc"}
      [cpu, _, "darwin" <> _] -> {:ok, "#{rust_cpu(cpu)}-apple-darwin"}
      [cpu, _, "linux", abi] -> {:ok, "#{rust_cpu(cpu)}-unknown-linux-#{abi}"}
      [cpu, "linux", abi] -> {:ok, "#{rust_cpu(cpu)}-unknown-linux-#{abi}"}
      _ -> {:error, "there is no artifact for #{architecture}"}
    end
  end

  @doc "Returns Rust's name for the target of the running VM."
  @spec triple() :: {:ok, String.t()} | {:error, String.t()}
  def triple, do: :system_architecture |> :erlang.system_info() |> to_string() |> triple()

  defp rust_cpu("arm64"), do: "aarch64"
  defp rust_cpu("riscv64"), do: "riscv64gc"
  defp rust_cpu(cpu), do: cpu

  @doc """
  Returns the file name of a library. It has no `lib` on Windows, and ends in `.so` on macOS too,
  because the VM looks for that.

      iex> Roundtrip.Precompiled.Target.library("shop", "0.1.0", "2.15", "aarch64-apple-darwin")
      "libshop-v0.1.0-nif-2.15-aarch64-apple-darwin.so"
      iex> Roundtrip.Precompiled.Target.library("shop", "0.1.0", "2.15", "x86_64-pc-windows-msvc")
      "shop-v0.1.0-nif-2.15-x86_64-pc-windows-msvc.dll"
  """
  @spec library(String.t(), String.t(), String.t(), String.t()) :: String.t()
  def library(crate, version, nif_version, triple) do
    {prefix, extension} = if triple =~ "windows", do: {"", "dll"}, else: {"lib", "so"}
    "#{prefix}#{crate}-v#{version}-nif-#{nif_version}-#{triple}.#{extension}"
  end

  @doc """
  Parses the file name that `library/4` returns.

      iex> {:ok, parts} = Roundtrip.Precompiled.Target.parts("libshop-v0.1.0-nif-2.15-aarch64-apple-darwin.so")
      iex> parts
      %{crate: "shop", version: "0.1.0", nif_version: "2.15", triple: "aarch64-apple-darwin"}
      iex> Roundtrip.Precompiled.Target.parts("libshop.so")
      {:error, "libshop.so is not the name of an artifact"}
  """
  @spec parts(String.t()) :: {:ok, parts()} | {:error, String.t()}
  def parts(library) do
    pattern = ~r/^(\w+)-v(.+)-nif-(\d+\.\d+)-([\w-]+)\.(?:so|dll)$/

    with [_, stem, version, nif_version, triple] <- Regex.run(pattern, library),
         crate = if(triple =~ "windows", do: stem, else: String.replace_prefix(stem, "lib", "")),
         ^library <- library(crate, version, nif_version, triple) do
      {:ok, %{crate: crate, version: version, nif_version: nif_version, triple: triple}}
    else
      _ -> {:error, "#{library} is not the name of an artifact"}
    end
  end

  @doc """
  Returns whether a VM of NIF version `runtime` loads a library of NIF version `built`.

      iex> Roundtrip.Precompiled.Target.loads?("2.15", "2.17")
      true
      iex> Roundtrip.Precompiled.Target.loads?("2.17", "2.15")
      false
      iex> Roundtrip.Precompiled.Target.loads?("2.9", "2.15")
      true
  """
  @spec loads?(String.t(), String.t()) :: boolean()
  def loads?(built, runtime) do
    [built_major | built_minor] = numbers(built)
    [runtime_major | runtime_minor] = numbers(runtime)
    built_major == runtime_major and built_minor <= runtime_minor
  end

  defp numbers(version), do: version |> String.split(".") |> Enum.map(&String.to_integer/1)
end
