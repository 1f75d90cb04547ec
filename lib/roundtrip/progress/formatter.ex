defmodule Roundtrip.Progress.Formatter do
  @moduledoc """
  Formats progress: as a sentence below an exercise's check, and as a picture of the course.

      index       ●○    1 of 2
      first_call  ○○○○  0 of 4
      1 of 6 in the course
  """

  alias Roundtrip.Progress

  @doc "Returns the sentence below a check, given the result of `Roundtrip.Progress.pass/1`."
  @spec passed(Progress.name(), :ok | {:error, String.t()}, Progress.t()) :: String.t()
  def passed(exercise, :ok, progress) do
    own = Enum.find(progress.lessons, &(exercise in &1.exercises))
    "#{exercise} passed: #{count([own])} in #{own.lesson}, #{total(progress)}"
  end

  def passed(exercise, {:error, reason}, _progress) do
    "#{exercise} passed, but cannot be remembered: #{reason}"
  end

  @doc "Returns a line per lesson with a dot per exercise, the total, and a line per other version."
  @spec lines(Progress.t(), colour? :: boolean()) :: [IO.chardata()]
  def lines(progress, colour?) do
    name_width = max_of(progress, &String.length(&1.lesson))
    dots_width = max_of(progress, &length(&1.exercises))

    for lesson <- progress.lessons do
      [
        String.pad_trailing(lesson.lesson, name_width + 2),
        Enum.map(lesson.exercises, &dot(state(&1, lesson), colour?)),
        String.duplicate(" ", dots_width - length(lesson.exercises) + 2),
        count([lesson])
      ]
    end ++ [total(progress) | other_versions(progress, colour?)]
  end

  @doc "Returns how many exercises of the course have passed, such as `3 of 40 in the course`."
  @spec total(Progress.t()) :: String.t()
  def total(progress), do: "#{count(progress.lessons)} in the course"

  defp max_of(progress, fun), do: progress.lessons |> Enum.map(fun) |> Enum.max(fn -> 0 end)

  defp count(lessons) do
    passed = lessons |> Enum.map(&length(&1.passed)) |> Enum.sum()
    "#{passed} of #{lessons |> Enum.map(&length(&1.exercises)) |> Enum.sum()}"
  end

  defp state(exercise, lesson) do
    cond do
      exercise in lesson.passed -> :passed
      is_map_key(lesson.other_versions, exercise) -> :other_version
      true -> :open
    end
  end

  defp dot(:passed, colour?), do: IO.ANSI.format([:green, "●"], colour?)
  defp dot(:other_version, colour?), do: IO.ANSI.format([:yellow, "◐"], colour?)
  defp dot(:open, colour?), do: IO.ANSI.format([:faint, "○"], colour?)

  defp other_versions(progress, colour?) do
    progress.lessons
    |> Enum.flat_map(&Enum.sort(&1.other_versions))
    |> Enum.group_by(&elem(&1, 1), &elem(&1, 0))
    |> Enum.sort_by(&elem(&1, 0), {:desc, Version})
    |> Enum.map(fn {version, exercises} ->
      text = " #{Enum.join(exercises, ", ")} passed in #{version}; the text may have changed"
      [dot(:other_version, colour?), text]
    end)
  end
end

defimpl Inspect, for: Roundtrip.Progress do
  import Inspect.Algebra

  def inspect(progress, _opts) do
    progress
    |> Roundtrip.Progress.Formatter.lines(false)
    |> Enum.map(&IO.chardata_to_string/1)
    |> Enum.intersperse(line())
    |> concat()
  end
end
