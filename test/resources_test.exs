defmodule Roundtrip.ResourcesTest do
  use Roundtrip.LessonCase, lesson: "resources"
end
