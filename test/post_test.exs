defmodule Roundtrip.PostTest do
  use Roundtrip.LessonCase, lesson: "post"
end
