defmodule Roundtrip do
  @moduledoc """
  From Elixir to Rust and back again: a course in Livebook notebooks, backed by NIFs.

  Start with `notebooks/index.livemd`. `Roundtrip.Native` holds the NIFs, and
  `Roundtrip.Server.Native` those of the capstone; each lesson has its Elixir half under
  `Roundtrip.<Lesson>`.
  """

  @lessons [
    "index",
    "first_call",
    "structs",
    "resources",
    "mutation",
    "messages",
    "toolbox",
    "shipping"
  ]

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
  The last line of an exercise's check: remembers that it passed, and says how far that is.

  Where it cannot be remembered, the text says why; nothing is raised for that. An exercise that
  the course does not have is an ArgumentError. `Roundtrip.Progress.Store` says where it is kept.
  """
  @spec passed(Roundtrip.Progress.name()) :: String.t()
  def passed(exercise) do
    remembered = Roundtrip.Progress.pass(exercise)
    Roundtrip.Progress.Text.passed(exercise, remembered, Roundtrip.Progress.read())
  end

  @doc "Which exercises have passed, and which are open. It prints as a line for each lesson."
  @spec progress() :: Roundtrip.Progress.t()
  def progress, do: Roundtrip.Progress.read()

  @doc """
  What the course holds on the machine now: a lesson that ends must leave it as it found it.

    * `resources` - values that Rust holds for Elixir, those of the capstone once its library is loaded
    * `threads` - threads that Rust started, by the prefix of their names; 0 where there is no `/proc`

      iex> Roundtrip.live_counts() |> Map.keys() |> Enum.sort()
      [:resources, :threads]
  """
  @spec live_counts() :: %{resources: non_neg_integer(), threads: non_neg_integer()}
  def live_counts do
    %{resources: Roundtrip.Native.live_resources() + of_capstone(), threads: length(threads())}
  end

  # Asked without loading it: a lesson that does not need the server does not pay for it.
  defp of_capstone do
    if function_exported?(Roundtrip.Server.Native, :live_resources, 0),
      do: Roundtrip.Server.Native.live_resources(),
      else: 0
  end

  @doc """
  The names of the threads that Rust has started, and that still run. Every one begins with `rt-`.

      iex> Roundtrip.threads()
      []
  """
  @spec threads() :: [String.t()]
  def threads do
    for file <- Path.wildcard("/proc/self/task/*/comm"),
        {:ok, "rt-" <> _ = name} <- [File.read(file)],
        do: String.trim(name)
  end
end
