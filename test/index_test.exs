defmodule Roundtrip.IndexTest do
  use Roundtrip.LessonCase, lesson: "index"
end
