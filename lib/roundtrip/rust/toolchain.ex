defmodule Roundtrip.Rust.Toolchain do
  @moduledoc false
  # The reader's cargo and rustc: are they there, and new enough?

  @manifest Path.expand("../../../native/Cargo.toml", __DIR__)
  @external_resource @manifest
  @oldest ~r/^rust-version = "(\d+\.\d+)/m |> Regex.run(File.read!(@manifest)) |> Enum.at(1)

  @doc "What `rustc -vV` says, by which builds are told apart; or one sentence on what is missing."
  @spec version() :: {:ok, String.t()} | {:error, String.t()}
  def version do
    with {:ok, _cargo} <- find("cargo"),
         {:ok, rustc} <- find("rustc"),
         {:ok, text, release} <- ask(rustc),
         :ok <- new_enough(release),
         do: {:ok, text}
  end

  @doc "The oldest Rust that compiles what cells may use, such as `1.95`."
  @spec oldest() :: String.t()
  def oldest, do: @oldest

  defp find(program) do
    case System.find_executable(program) do
      nil -> missing("#{program} is not on the PATH", "install it from https://rustup.rs")
      path -> {:ok, path}
    end
  end

  # rustup leaves a rustc behind that answers only once a toolchain is chosen.
  defp ask(rustc) do
    with {text, 0} <- System.cmd(rustc, ["-vV"], stderr_to_stdout: true),
         [_, release] <- Regex.run(~r/^release: (\S+)/m, text) do
      {:ok, text, release}
    else
      _ ->
        missing("rustc does not answer `rustc -vV`", "repair it with rustup (https://rustup.rs)")
    end
  end

  defp new_enough(release) do
    if Version.match?(release, ">= #{@oldest}.0-0", allow_pre: true) do
      :ok
    else
      missing("rustc #{release} is too old", "run `rustup update` (https://rustup.rs)")
    end
  end

  defp missing(what, how) do
    {:error,
     "Rust in a cell needs cargo and rustc #{@oldest} or newer, and #{what}: #{how}; " <>
       "the rest of the course does not need it."}
  end
end
