defmodule Roundtrip.Progress do
  @moduledoc """
  Which exercises of the course have passed, remembered outside of the notebooks.

  The exercises are those that the notebooks of this version mark with `# exercise: <lesson>-<n>`.
  What passed under another version of the package counts as open, and is told apart: the exercise
  may have changed. `Roundtrip.Progress.Store` says where it is kept.

  The struct has one entry for each lesson with exercises, in the order of the course:

    * `lesson` - its name
    * `exercises` - all of them, in the order of the notebook
    * `passed` and `open` - the same, parted
    * `elsewhere` - of the open ones, the newest other version under which each passed
  """

  alias Roundtrip.Progress.Store

  @version Mix.Project.config()[:version]

  notebooks =
    for lesson <- Roundtrip.lessons() do
      {lesson, Path.expand("../../#{Roundtrip.notebook_path(lesson)}", __DIR__)}
    end

  for {_lesson, path} <- notebooks, do: @external_resource(path)

  @exercises for {lesson, path} <- notebooks,
                 marks = Regex.scan(~r/^# exercise: (#{lesson}-\d+)/m, File.read!(path)),
                 marks != [],
                 do: {lesson, Enum.map(marks, &List.last/1)}

  @enforce_keys [:lessons]
  defstruct [:lessons]

  @typedoc "The name of an exercise, such as `structs-1`."
  @type name :: String.t()

  @type lesson :: %{
          lesson: String.t(),
          exercises: [name()],
          passed: [name()],
          open: [name()],
          elsewhere: %{name() => Store.version()}
        }

  @type t :: %__MODULE__{lessons: [lesson()]}

  @doc """
  The exercises of each lesson that has some, in the order of the course.

      iex> hd(Roundtrip.Progress.exercises())
      {"index", ["index-1", "index-2"]}
  """
  @spec exercises() :: [{lesson :: String.t(), [name()]}]
  def exercises, do: @exercises

  @doc "What is remembered now."
  @spec read() :: t()
  def read do
    remembered = Store.all()

    lessons =
      for {lesson, exercises} <- @exercises do
        {passed, open} = Enum.split_with(exercises, &({@version, &1} in remembered))

        %{
          lesson: lesson,
          exercises: exercises,
          passed: passed,
          open: open,
          elsewhere: elsewhere(open, remembered)
        }
      end

    %__MODULE__{lessons: lessons}
  end

  @doc "The exercises that have passed under this version, in the order of the course."
  @spec passed() :: [name()]
  def passed, do: Enum.flat_map(read().lessons, & &1.passed)

  @doc """
  Remembers that an exercise has passed. To say it again changes nothing.

  The error is a text that says why it cannot be remembered. An exercise that the course does not
  have is an ArgumentError.
  """
  @spec pass(name()) :: :ok | {:error, String.t()}
  def pass(name) do
    if name in all(), do: Store.put(@version, name), else: raise(ArgumentError, unknown(name))
  end

  @doc """
  Forgets all exercises, under every version, and names those that had passed. The error is a text
  that says why something cannot be forgotten.
  """
  @spec reset() :: {:ok, [name()]} | {:error, String.t()}
  def reset, do: Store.delete(all())

  @doc "The same for the exercises of one lesson; one without exercises has none to forget."
  @spec reset(lesson :: String.t()) :: {:ok, [name()]} | {:error, String.t()}
  def reset(lesson) do
    for({^lesson, exercises} <- @exercises, exercise <- exercises, do: exercise)
    |> Store.delete()
  end

  defp all, do: Enum.flat_map(@exercises, &elem(&1, 1))

  defp unknown(name), do: "the course has no exercise #{inspect(name)}"

  defp elsewhere(open, remembered) do
    for exercise <- open,
        versions = for({version, ^exercise} <- remembered, version?(version), do: version),
        versions != [],
        into: %{},
        do: {exercise, Enum.max(versions, Version)}
  end

  defp version?(name), do: match?({:ok, _}, Version.parse(name))
end
