defmodule Roundtrip.Rust.Hex do
  @moduledoc """
  Runs Mix in a project that a notebook writes and that depends on Hex packages.

  Cells that name this module are skipped if Hex isn't installed.
  """

  alias Roundtrip.Rust
  alias Roundtrip.Rust.{Project, Skipped}

  @no_hex "This cell needs Hex: run `mix local.hex`, and unset ROUNDTRIP_HEX."

  @doc "Runs `mix` as `Roundtrip.Rust.Project.mix/2` does."
  @spec mix(Path.t(), [String.t()]) :: Project.result()
  def mix(folder, args) do
    # Project says what is missing if it is Rust.
    if Rust.missing() == nil and not hex?() do
      IO.puts(@no_hex)
      raise Skipped, message: "Skipped: needs Hex"
    end

    Project.mix(folder, args)
  end

  @doc "Returns what this machine lacks, in one sentence, or `nil` if it lacks nothing."
  @spec missing() :: nil | String.t()
  def missing, do: Rust.missing() || unless(hex?(), do: @no_hex)

  # Mix loads the archive of Hex when it starts, and Livebook when it installs packages.
  defp hex?, do: System.get_env("ROUNDTRIP_HEX") != "0" and Code.ensure_loaded?(Hex)

  @doc false
  @spec prepare(String.t()) :: :ok
  def prepare(_code), do: :ok
end
