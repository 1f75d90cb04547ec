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
         do: known(rustc) || ask(rustc)
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

  # Asking takes 30 ms, so a good answer counts for ten seconds. If the toolchain is updated meanwhile, a
  # build goes into the folder of the old one, which does no harm.
  @seconds 10

  defp known(rustc) do
    with {^rustc, since, text} <- Application.get_env(:roundtrip, __MODULE__),
         true <- now() - since < @seconds,
         do: {:ok, text},
         else: (_none_or_old -> nil)
  end

  defp ask(rustc) do
    with {:ok, text, release} <- run(rustc),
         :ok <- check_release(release) do
      Application.put_env(:roundtrip, __MODULE__, {rustc, now(), text})
      {:ok, text}
    end
  end

  defp now, do: System.monotonic_time(:second)

  # The rustc that rustup installs fails until a toolchain is chosen.
  defp run(rustc) do
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
