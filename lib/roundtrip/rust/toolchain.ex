defmodule Roundtrip.Rust.Toolchain do
  @moduledoc false
  # Finds the reader's cargo and rustc, and checks that they are new enough.

  @manifest Path.expand("../../../native/Cargo.toml", __DIR__)
  @external_resource @manifest
  @oldest ~r/^rust-version = "(\d+\.\d+)/m |> Regex.run(File.read!(@manifest)) |> Enum.at(1)

  @doc "Returns what `rustc -vV` prints, or what is missing and how to get it."
  @spec version() :: {:ok, String.t()} | {:missing, String.t()}
  def version do
    with {:ok, _cargo} <- find("cargo"),
         {:ok, rustc} <- find("rustc"),
         {:ok, text, release} <- ask(rustc),
         :ok <- check_release(release),
         do: {:ok, text}
  end

  @doc "Names the tools that a cell needs, with the oldest version that compiles what it can use."
  @spec required() :: String.t()
  def required, do: "cargo and rustc #{@oldest} or newer"

  defp find(program) do
    case System.find_executable(program) do
      nil -> {:missing, "#{program} is not on the PATH: install it from https://rustup.rs"}
      path -> {:ok, path}
    end
  end

  # The rustc that rustup installs fails until a toolchain is chosen.
  defp ask(rustc) do
    with {text, 0} <- System.cmd(rustc, ["-vV"], stderr_to_stdout: true),
         [_, release] <- Regex.run(~r/^release: (\S+)/m, text) do
      {:ok, text, release}
    else
      _ ->
        {:missing, "rustc does not answer `rustc -vV`: repair it with rustup (https://rustup.rs)"}
    end
  end

  defp check_release(release) do
    if Version.match?(release, ">= #{@oldest}.0-0", allow_pre: true),
      do: :ok,
      else: {:missing, "rustc #{release} is too old: run `rustup update` (https://rustup.rs)"}
  end
end
