defmodule Roundtrip.CFencesTest do
  use ExUnit.Case, async: true

  alias Livemd.{Fence, Notebook}
  import Roundtrip.LessonCase, only: [read: 1]

  test "every C fence quotes a file of bench/ word for word" do
    sources = Enum.map(Path.wildcard("bench/**/*.c"), &File.read!/1)

    for lesson <- Roundtrip.lessons(),
        notebook = read(lesson),
        %Fence{info: "c"} = fence <- Notebook.shown(notebook) do
      assert Enum.any?(sources, &quotes?(fence.code, &1)),
             "#{notebook.path}:#{fence.line}: no file of bench/ has these lines of C"
    end
  end

  # Whole lines: a fence may not begin or end in the middle of one.
  defp quotes?(code, source), do: String.contains?("\n" <> source, "\n" <> code <> "\n")
end
