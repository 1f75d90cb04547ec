defmodule Roundtrip.StructsTest do
  use Roundtrip.LessonCase, lesson: "structs"
end
