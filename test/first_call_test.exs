defmodule Roundtrip.FirstCallTest do
  use Roundtrip.LessonCase, lesson: "first_call"
end
