defmodule Roundtrip.MutationTest do
  use Roundtrip.LessonCase, lesson: "mutation"
end
