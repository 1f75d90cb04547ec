defmodule Roundtrip.Rust.Build do
  @moduledoc false
  # Builds the library of a cell's crate with cargo.

  alias Roundtrip.Rust.{BuildOutput, Cache, Cargo, Crate, Error, Toolchain}

  @enforce_keys [:folder, :library, :text]
  defstruct [:folder, :library, :text]

  @typedoc "The folder in `Roundtrip.Rust.Cache`, the library in it, and rustc's warnings."
  @type t :: %__MODULE__{folder: Path.t(), library: Path.t(), text: String.t()}

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
    output = BuildOutput.new(inspect(crate.module), crate.name, prepared?(folder))
    {status, output} = Cargo.run(args(folder), cell, output, &BuildOutput.handle/2)
    result(status, folder, crate.name, BuildOutput.text(output))
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

  # The marker is in cargo's target folder, so whoever removes that folder removes the marker too.
  defp marker(folder), do: Path.join(folder, "target/ready")
  defp prepared?(folder), do: File.exists?(marker(folder))

  defp args(folder) do
    # The convention of https://no-color.org.
    colour? = IO.ANSI.enabled?() and System.get_env("NO_COLOR", "") == ""
    colour = if colour?, do: "always", else: "never"
    ["build", "--target-dir", Path.join(folder, "target"), "--color", colour]
  end

  defp result(0, folder, name, text) do
    File.touch!(marker(folder))

    case Enum.find(libraries(Path.join(folder, "target"), name), &File.exists?/1) do
      nil -> raise Error, "cargo has built no library for #{name} in #{folder}"
      library -> {:ok, %__MODULE__{folder: folder, library: library, text: text}}
    end
  end

  defp result(_status, _folder, _name, text), do: {:error, text}

  # If the reader's cargo is configured for a target, the library is in that target's folder.
  defp libraries(target, name) do
    for below <- ["" | File.ls!(target)],
        file <- ["lib#{name}.so", "lib#{name}.dylib", "#{name}.dll"],
        do: Path.join([target, below, "debug", file])
  end
end
