defmodule Roundtrip do
  @moduledoc """
  A course in Livebook notebooks that teaches Elixir and Rust to work together through NIFs.

  Start with `notebooks/index.livemd`. The notebooks call the NIFs of `Roundtrip.Native`, written in
  Rust:

      iex> Roundtrip.Native.add(2, 3)
      5

  The Elixir code of a lesson is under `Roundtrip.<Lesson>`, and the NIFs of the HTTP server, which
  is the course's largest example, are in `Roundtrip.Server.Native`.
  """

  alias Roundtrip.{Course, Progress}

  @doc """
  Returns the names of the lessons, in the order of the course.

      iex> Roundtrip.lessons() |> Enum.take(3)
      ["index", "rust", "project"]
  """
  @spec lessons() :: [String.t()]
  defdelegate lessons, to: Course

  @doc """
  Returns the path of a lesson's notebook in a checkout.

      iex> Roundtrip.notebook_path("structs")
      "notebooks/structs.livemd"
  """
  @spec notebook_path(String.t()) :: Path.t()
  defdelegate notebook_path(lesson), to: Course

  @doc """
  Records that an exercise has passed, and returns a sentence that says how many have. It is the last
  line of every exercise's check.

  If the exercise can't be recorded, the sentence says why. Raises an `ArgumentError` if the course
  has no such exercise. `Roundtrip.Progress.Store` documents where progress is stored.
  """
  @spec passed(Progress.name()) :: String.t()
  def passed(exercise) do
    recorded = Progress.pass(exercise)
    Progress.Formatter.passed(exercise, recorded, Progress.read())
  end

  @doc "Returns which exercises have passed. It is inspected as a line per lesson, with dots."
  @spec progress() :: Progress.t()
  def progress, do: Progress.read()

  @doc """
  Returns what the course holds on the machine now. A lesson must leave it as it was.

    * `resources` - Rust values that Elixir refers to, including the server's once its library is
      loaded
    * `threads` - threads that Rust started; 0 on a system without `/proc`

  A histogram, for example, is a resource:

      iex> histogram = Roundtrip.Native.histogram_new(1000)
      iex> Roundtrip.live_counts().resources >= 1 and is_reference(histogram)
      true
  """
  @spec live_counts() :: %{resources: non_neg_integer(), threads: non_neg_integer()}
  def live_counts do
    %{
      resources: Roundtrip.Native.live_resources() + server_resources(),
      threads: length(threads())
    }
  end

  # `function_exported?/3` doesn't load the module: only lessons that use the server load its library.
  defp server_resources do
    if function_exported?(Roundtrip.Server.Native, :live_resources, 0),
      do: Roundtrip.Server.Native.live_resources(),
      else: 0
  end

  @doc """
  Returns the names of the threads that Rust has started and that are still running. Each begins
  with `rt-`. The list is empty on a system without `/proc`.

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
