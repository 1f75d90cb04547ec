defmodule Roundtrip.MessagesTest do
  use Roundtrip.LessonCase, lesson: "messages"
end
