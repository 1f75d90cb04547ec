defmodule Roundtrip.RustTest do
  use Roundtrip.LessonCase, lesson: "rust"
end
