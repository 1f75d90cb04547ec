defmodule Roundtrip.CallsTest do
  use Roundtrip.LessonCase, lesson: "calls"
end
