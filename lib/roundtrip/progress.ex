defmodule Roundtrip.Progress do
  @moduledoc """
  Records which exercises of the course have passed, outside of the notebooks.

      Roundtrip.Progress.pass("structs-limit")
      Roundtrip.Progress.passed()
      #=> ["structs-limit"]

  The exercises are those that the notebooks of this version mark with `# exercise: NAME`, where a
  name is `<lesson>-<subject>`, such as `resources-loan`. An exercise that passed under another version
  of the package counts as open, because it may have changed since. One that passed before it was
  renamed counts as passed. `Roundtrip.Progress.Store` documents where progress is stored.

  The struct has one map for each lesson with exercises, in the order of the course:

    * `lesson` - the lesson's name
    * `exercises` - all exercises, in the order of the notebook
    * `passed` and `open` - those that have passed under this version, and the others
    * `other_versions` - for each open exercise that passed under another version, the newest such
      version
  """

  alias Roundtrip.Course
  alias Roundtrip.Progress.Store

  @version Mix.Project.config()[:version]

  notebooks =
    for {lesson, path} <- Course.notebooks(), do: {lesson, Path.expand("../../#{path}", __DIR__)}

  for {_lesson, path} <- notebooks, do: @external_resource(path)

  @exercises for {lesson, path} <- notebooks,
                 mark = ~r/^# exercise: (#{lesson}(?:-[a-z0-9]+)+)(?= \(|$)/m,
                 marks = Regex.scan(mark, File.read!(path), capture: :all_but_first),
                 marks != [],
                 do: {lesson, Enum.concat(marks)}

  @external_resource renamed = Path.join(__DIR__, "progress/renamed.txt")
  @renamed for line <- renamed |> File.read!() |> String.split("\n", trim: true),
               not String.starts_with?(line, "#"),
               into: %{},
               do: line |> String.split() |> List.to_tuple()

  @enforce_keys [:lessons]
  defstruct [:lessons]

  @typedoc "The name of an exercise, such as `structs-limit`."
  @type name :: String.t()

  @type lesson :: %{
          lesson: String.t(),
          exercises: [name()],
          passed: [name()],
          open: [name()],
          other_versions: %{name() => Store.version()}
        }

  @type t :: %__MODULE__{lessons: [lesson()]}

  @doc """
  Returns the exercises of each lesson that has some, in the order of the course.

      iex> {"index", ["index-" <> _ | _]} = hd(Roundtrip.Progress.exercises())
  """
  @spec exercises() :: [{lesson :: String.t(), [name()]}]
  def exercises, do: @exercises

  @doc "Returns the names that exercises had before, each with the one that it has now."
  @spec renamed() :: %{(old :: name()) => name()}
  def renamed, do: @renamed

  @doc "Reads the progress that is stored now."
  @spec read() :: t()
  def read do
    stored = for {version, name} <- Store.all(), do: {version, Map.get(@renamed, name, name)}
    %__MODULE__{lessons: for({lesson, names} <- @exercises, do: lesson(lesson, names, stored))}
  end

  defp lesson(lesson, exercises, stored) do
    {passed, open} = Enum.split_with(exercises, &({@version, &1} in stored))

    %{
      lesson: lesson,
      exercises: exercises,
      passed: passed,
      open: open,
      other_versions: other_versions(open, stored)
    }
  end

  defp other_versions(open, stored) do
    for exercise <- open,
        versions = for({version, ^exercise} <- stored, version?(version), do: version),
        versions != [],
        into: %{},
        do: {exercise, Enum.max(versions, Version)}
  end

  defp version?(name), do: match?({:ok, _}, Version.parse(name))

  @doc "Returns the exercises that have passed under this version, in the order of the course."
  @spec passed() :: [name()]
  def passed, do: Enum.flat_map(read().lessons, & &1.passed)

  @doc """
  Records that an exercise has passed. Recording it again changes nothing.

  Returns `{:error, text}` if it can't be recorded, where the text says why. Raises an
  `ArgumentError` if the course has no such exercise.
  """
  @spec pass(name()) :: :ok | {:error, String.t()}
  def pass(name) do
    if name in all(),
      do: Store.put(@version, name),
      else: raise(ArgumentError, "the course has no exercise #{inspect(name)}")
  end

  @doc """
  Deletes the progress of all exercises, under every version, and returns those that had passed.

  Returns `{:error, text}` if something can't be deleted, where the text says why.
  """
  @spec reset() :: {:ok, [name()]} | {:error, String.t()}
  def reset, do: delete(all())

  @doc "Deletes the progress of one lesson's exercises, or of one exercise, like `reset/0`."
  @spec reset(lesson_or_exercise :: String.t()) :: {:ok, [name()]} | {:error, String.t()}
  def reset(name) do
    delete(
      for {lesson, exercises} <- @exercises,
          exercise <- exercises,
          name in [lesson, exercise],
          do: exercise
    )
  end

  defp delete(exercises) do
    old = for {old, name} <- @renamed, name in exercises, do: old

    with {:ok, found} <- Store.delete(exercises ++ old) do
      found = Enum.map(found, &Map.get(@renamed, &1, &1))
      {:ok, Enum.filter(exercises, &(&1 in found))}
    end
  end

  defp all, do: Enum.flat_map(@exercises, &elem(&1, 1))
end
