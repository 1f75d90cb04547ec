defmodule Roundtrip.GlossaryTest do
  use ExUnit.Case, async: true

  alias Livemd.{Linter, Parser}

  @glossary "docs/glossary.md"

  defp terms do
    for "* " <> item <- @glossary |> File.read!() |> String.split("\n") do
      assert [_, term, _text] = Regex.run(~r/\A\*\*(.+?)\*\*: (.+)\z/, item),
             "not of the form `**term**: text`: #{item}"

      {term, item}
    end
  end

  test "the terms are sorted, and each is there once" do
    names = for {term, _} <- terms(), do: String.downcase(term)
    assert names == names |> Enum.sort() |> Enum.uniq()
  end

  test "each term links to the section that explains it" do
    for {term, item} <- terms() do
      assert item =~ ~r/\(\[.+\]\(\.\.\/notebooks\/\w+\.livemd#.+\)\)\z/, "#{term} has no link"
    end

    # The linter of notebooks checks links, and knows the headings of a page.
    {:ok, notebook} = Parser.parse("# Glossary\n\n## Terms\n\n" <> links(), @glossary)
    assert Linter.lint(notebook) == []
  end

  defp links, do: Enum.map_join(terms(), "\n", fn {_term, item} -> "* " <> item end) <> "\n"
end
