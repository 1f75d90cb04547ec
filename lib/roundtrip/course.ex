defmodule Roundtrip.Course do
  @moduledoc false
  # A module of its own, because `Roundtrip.Progress` needs the lessons at compile time, and
  # `Roundtrip` calls `Roundtrip.Progress`.

  @lessons ~w(index rust project first_call terms structs resources mutation messages calls long_work server toolbox shipping post)

  @spec lessons() :: [String.t()]
  def lessons, do: @lessons

  @spec notebooks() :: [{lesson :: String.t(), Path.t()}]
  def notebooks, do: for(lesson <- @lessons, do: {lesson, notebook_path(lesson)})

  @spec notebook_path(String.t()) :: Path.t()
  def notebook_path(lesson), do: Path.join("notebooks", lesson <> ".livemd")
end
