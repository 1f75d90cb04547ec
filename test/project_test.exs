defmodule Roundtrip.ProjectTest do
  use Roundtrip.LessonCase, lesson: "project"
end
