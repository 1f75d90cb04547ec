defmodule Roundtrip do
  @moduledoc """
  From Elixir to Rust and back again: a course in Livebook notebooks, backed by one NIF.

  Start with `notebooks/index.livemd`. `Roundtrip.Native` holds the NIFs, and each lesson has its
  Elixir half under `Roundtrip.<Lesson>`.
  """

  @lessons ["index", "first_call", "structs"]

  @doc """
  The lessons, in the order in which they are read.

      iex> hd(Roundtrip.lessons())
      "index"
  """
  @spec lessons() :: [String.t()]
  def lessons, do: @lessons

  @doc """
  The notebook of a lesson, in a checkout.

      iex> Roundtrip.notebook_path("structs")
      "notebooks/structs.livemd"
  """
  @spec notebook_path(String.t()) :: Path.t()
  def notebook_path(lesson), do: Path.join("notebooks", lesson <> ".livemd")

  @doc """
  What the course holds on the machine now: a lesson that ends must leave it as it found it.

      iex> Roundtrip.live_counts() |> Map.keys()
      [:resources]
  """
  @spec live_counts() :: %{atom() => non_neg_integer()}
  def live_counts, do: %{resources: Roundtrip.Native.live_resources()}
end
