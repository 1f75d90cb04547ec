defmodule Roundtrip.Progress.Text do
  @moduledoc "Says how far somebody is: in a sentence below a check, and as a picture of the course."

  alias Livemd.Terminal
  alias Roundtrip.Progress

  @doc "What a check's last line answers; `remembered` is what `Roundtrip.Progress.pass/1` gave."
  @spec passed(Progress.name(), :ok | {:error, String.t()}, Progress.t()) :: String.t()
  def passed(exercise, :ok, progress) do
    own = Enum.find(progress.lessons, &(exercise in &1.exercises))
    "#{exercise} passed: #{count([own])} in #{own.lesson}, #{total(progress)}"
  end

  def passed(exercise, {:error, why}, _progress) do
    "#{exercise} passed, but cannot be remembered: #{why}"
  end

  @doc "What a reset has forgotten, of a lesson or of `the course`."
  @spec forgotten([Progress.name()], String.t()) :: String.t()
  def forgotten([], where), do: "Nothing of #{where} was remembered."

  def forgotten(exercises, where) do
    "Forgot #{Terminal.count(length(exercises), "exercise")} of #{where}: " <>
      Enum.join(exercises, ", ")
  end

  @doc "A line for the end of a run, in the form of `Livemd.Terminal.Summary`."
  @spec summary(Progress.t(), colour? :: boolean()) :: IO.chardata()
  def summary(progress, colour?) do
    label = IO.ANSI.format([:bright, "Passed   "], colour?)
    [label, total(progress), "; bin/learn --progress shows which"]
  end

  @doc """
  A line for each lesson, with a dot for each exercise, then the total, then what passed under
  another version.
  """
  @spec lines(Progress.t(), colour? :: boolean()) :: [IO.chardata()]
  def lines(progress, colour?) do
    names = widest(progress, &String.length(&1.lesson))
    dots = widest(progress, &length(&1.exercises))

    for lesson <- progress.lessons do
      [
        String.pad_trailing(lesson.lesson, names + 2),
        Enum.map(lesson.exercises, &dot(state(&1, lesson), colour?)),
        String.duplicate(" ", dots - length(lesson.exercises) + 2),
        count([lesson])
      ]
    end ++ [total(progress) | elsewhere(progress, colour?)]
  end

  defp total(progress), do: "#{count(progress.lessons)} in the course"

  defp widest(progress, fun), do: progress.lessons |> Enum.map(fun) |> Enum.max(fn -> 0 end)

  defp count(lessons) do
    passed = lessons |> Enum.map(&length(&1.passed)) |> Enum.sum()
    "#{passed} of #{lessons |> Enum.map(&length(&1.exercises)) |> Enum.sum()}"
  end

  defp state(exercise, lesson) do
    cond do
      exercise in lesson.passed -> :passed
      is_map_key(lesson.elsewhere, exercise) -> :elsewhere
      true -> :open
    end
  end

  defp dot(:passed, colour?), do: IO.ANSI.format([:green, "●"], colour?)
  defp dot(:elsewhere, colour?), do: IO.ANSI.format([:yellow, "◐"], colour?)
  defp dot(:open, colour?), do: IO.ANSI.format([:faint, "○"], colour?)

  defp elsewhere(progress, colour?) do
    progress.lessons
    |> Enum.flat_map(&Enum.sort(&1.elsewhere))
    |> Enum.group_by(&elem(&1, 1), &elem(&1, 0))
    |> Enum.sort_by(&elem(&1, 0), {:desc, Version})
    |> Enum.map(fn {version, exercises} ->
      text = " #{Enum.join(exercises, ", ")} passed in #{version}; the text may have changed"
      [dot(:elsewhere, colour?), text]
    end)
  end
end

defimpl Inspect, for: Roundtrip.Progress do
  import Inspect.Algebra

  def inspect(progress, _opts) do
    progress
    |> Roundtrip.Progress.Text.lines(false)
    |> Enum.map(&IO.chardata_to_string/1)
    |> Enum.intersperse(line())
    |> concat()
  end
end
