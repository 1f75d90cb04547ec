defmodule Roundtrip.ToolboxTest do
  use Roundtrip.LessonCase, lesson: "toolbox"
end
