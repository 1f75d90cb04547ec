defmodule Roundtrip.Structs.Contract do
  @moduledoc """
  Compares a struct that came from Rust with what its module defines.

  Rust builds a struct as a map and never asks the module for its keys, so the two can drift
  apart in silence. The value that arrived knows Rust's keys, and the module knows Elixir's.
  """

  @typedoc "Keys that only Rust has, and keys that only Elixir has."
  @type drift :: %{only_rust: [atom()], only_elixir: [atom()]}

  @doc """
  The keys on which the two sides differ.

      iex> Roundtrip.Structs.Contract.drift(Roundtrip.Native.request("GET", "/"))
      %{only_rust: [], only_elixir: []}
      iex> Roundtrip.Structs.Contract.drift(Roundtrip.Native.drifted_request("GET", "/"))
      %{only_rust: [:path], only_elixir: [:body]}
  """
  @spec drift(struct()) :: drift()
  def drift(%module{} = from_rust) do
    rust = Map.keys(from_rust)
    elixir = Map.keys(module.__struct__())
    %{only_rust: rust -- elixir, only_elixir: elixir -- rust}
  end

  @doc "Whether both sides have the same keys."
  @spec kept?(struct()) :: boolean()
  def kept?(from_rust), do: drift(from_rust) == %{only_rust: [], only_elixir: []}
end
