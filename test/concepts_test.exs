defmodule Roundtrip.ConceptsTest do
  use ExUnit.Case, async: true

  alias Livemd.Parser
  alias Roundtrip.Concepts

  test "each idea of Rust is explained before it is used" do
    course = for lesson <- Roundtrip.lessons(), do: {lesson, Roundtrip.LessonCase.read(lesson)}
    concepts = Concepts.all()
    assert concepts != []
    problems = Enum.flat_map(concepts, &Concepts.problems(&1, course))
    assert problems == [], Enum.join(problems, "\n")
  end

  @concept %{
    name: "references",
    page: "b",
    section: "Borrowing",
    words: ["reference"],
    use: ~r/&\w/
  }

  defp course(sections) do
    for {page, text} <- sections do
      {:ok, notebook} = Parser.parse("# T\n\n" <> text, "#{page}.livemd")
      {page, notebook}
    end
  end

  test "a fence or a cell before the explanation is named, whatever comes after it" do
    fence = "```rust\nf(&a)\n```\n\n"

    cell =
      "<!-- livebook:{\"continue_on_error\":true} -->\n\n```elixir\ndefmodule A do\n" <>
        "  use Roundtrip.Rust, source: \"f(&a)\"\nend\n```\n\n"

    explained = "## Borrowing\n\nA **reference** looks.\n\n#{fence}"
    after_it = "## Later\n\n" <> fence <> cell
    good = [{"a", "## S\n\n```rust\n// f(&a)\nf(\"&a\")\n```\n"}, {"b", explained <> after_it}]
    assert Concepts.problems(@concept, course(good ++ [{"c", after_it}])) == []

    early = [{"a", "## S\n\n" <> fence}, {"b", "## S\n\n" <> cell <> explained}]

    assert Concepts.problems(@concept, course(early)) == [
             ~s(a.livemd:5: uses references, which b, "Borrowing", explains),
             ~s(b.livemd:8: uses references, which b, "Borrowing", explains)
           ]

    allowed = Map.put(@concept, :except, ["a"])
    assert ["b.livemd:8: " <> _] = Concepts.problems(allowed, course(early))
  end

  test "the section exists, and names the idea in its title or in bold" do
    for text <- ["## Borrowing\n\nA *reference* looks.\n", "## Borrowing\n\n## Reference\n"] do
      assert ["b.livemd:3: doesn't name references" <> _] =
               Concepts.problems(@concept, course([{"b", text}]))
    end

    for course <- [course([{"b", "## References\n"}]), course([{"a", "## Borrowing\n"}])] do
      assert [~s(references: the course has no section b, "Borrowing",)] =
               Concepts.problems(@concept, course)
    end

    titled = %{@concept | words: ["borrow"]}
    assert Concepts.problems(titled, course([{"b", "## Borrowing\n"}])) == []
  end
end
