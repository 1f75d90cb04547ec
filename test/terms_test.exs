defmodule Roundtrip.TermsTest do
  use Roundtrip.LessonCase, lesson: "terms"
end
