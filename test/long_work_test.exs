defmodule Roundtrip.LongWorkTest do
  use Roundtrip.LessonCase, lesson: "long_work"
end
