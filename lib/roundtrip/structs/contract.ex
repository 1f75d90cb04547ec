defmodule Roundtrip.Structs.Contract do
  @moduledoc """
  Compares the keys of a struct that came from Rust with those that its module defines.

      iex> Roundtrip.Structs.Contract.drift(Roundtrip.Native.drifted_request("GET", "/"))
      %{only_rust: [:path], only_elixir: [:body]}

  Rust builds a struct as a map and doesn't look at the module's `defstruct`, so the two sides can
  drift apart unnoticed. A test that calls `matches?/1` for each shared struct notices.
  """

  @typedoc "The keys that only Rust has, and the keys that only Elixir has."
  @type drift :: %{only_rust: [atom()], only_elixir: [atom()]}

  @doc "Returns the keys that differ between the two sides."
  @spec drift(struct()) :: drift()
  def drift(%module{} = from_rust) do
    rust = Map.keys(from_rust)
    elixir = Map.keys(module.__struct__())
    %{only_rust: rust -- elixir, only_elixir: elixir -- rust}
  end

  @doc """
  Returns whether both sides have the same keys.

      iex> Roundtrip.Structs.Contract.matches?(Roundtrip.Native.request("GET", "/"))
      true
  """
  @spec matches?(struct()) :: boolean()
  def matches?(from_rust), do: drift(from_rust) == %{only_rust: [], only_elixir: []}
end
