defmodule Roundtrip.ServerTest do
  use Roundtrip.LessonCase, lesson: "server"
end
