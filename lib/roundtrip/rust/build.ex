defmodule Roundtrip.Rust.Build do
  @moduledoc false
  # From a crate to its library.

  alias Roundtrip.Rust.{Cache, Cargo, Crate, Error, Output, Toolchain}

  @enforce_keys [:folder, :library, :text]
  defstruct [:folder, :library, :text]

  @typedoc "The folder of `Roundtrip.Rust.Cache`, the library in it, and rustc's warnings."
  @type t :: %__MODULE__{folder: Path.t(), library: Path.t(), text: String.t()}

  @doc """
  Builds the library of a crate, or gives rustc's errors. Raises `Roundtrip.Rust.Error` where
  nothing can be built at all.
  """
  @spec run(Crate.t()) :: {:ok, t()} | {:error, String.t()}
  def run(%Crate{} = crate) do
    folder = folder()
    cell = Crate.write!(crate, Path.join(folder, "cells"))
    # A folder in use is not removed as that of an old toolchain.
    File.touch!(folder)
    Cache.prune(folder)
    output = Output.new(inspect(crate.module), crate.name, ready?(folder))
    {status, output} = Cargo.run(args(folder), cell, output, &Output.handle/2)
    result(status, folder, crate.name, Output.text(output))
  end

  @doc "Builds the crates that cells share, unless that was done."
  @spec prepare() :: :ok | {:error, String.t()}
  def prepare do
    with false <- ready?(folder()),
         {:ok, _} <- run(Crate.new(Roundtrip.Rust.Shared, "")) do
      :ok
    else
      true -> :ok
      {:error, text} -> {:error, text}
    end
  end

  defp folder do
    case Toolchain.version() do
      {:ok, rustc} -> Path.join([Cache.root(), "rust", Crate.key(rustc)])
      {:error, sentence} -> raise Error, sentence
    end
  end

  # It stands among what it speaks of, and goes with it.
  defp ready(folder), do: Path.join(folder, "target/ready")
  defp ready?(folder), do: File.exists?(ready(folder))

  defp args(folder) do
    # no-color.org
    colour? = IO.ANSI.enabled?() and System.get_env("NO_COLOR", "") == ""
    colour = if colour?, do: "always", else: "never"
    ["build", "--target-dir", Path.join(folder, "target"), "--color", colour]
  end

  defp result(0, folder, name, text) do
    File.touch!(ready(folder))

    case Enum.find(libraries(Path.join(folder, "target"), name), &File.exists?/1) do
      nil -> raise Error, "cargo has built no library for #{name} in #{folder}"
      library -> {:ok, %__MODULE__{folder: folder, library: library, text: text}}
    end
  end

  defp result(_status, _folder, _name, text), do: {:error, text}

  # Below its name, where the reader's cargo is told to build for a target.
  defp libraries(target, name) do
    for below <- ["" | File.ls!(target)],
        file <- ["lib#{name}.so", "lib#{name}.dylib", "#{name}.dll"],
        do: Path.join([target, below, "debug", file])
  end
end
