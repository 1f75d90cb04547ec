defmodule Roundtrip.ShippingTest do
  use Roundtrip.LessonCase, lesson: "shipping"
end
