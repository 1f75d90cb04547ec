defmodule Roundtrip.Concepts do
  @moduledoc """
  Checks that each idea of Rust is explained before it is used.

  `all/0` reads the list in `test/concepts.exs`. Each idea has a name, the page and the section that
  explain it, the words by which the section calls it, and a regex of its use in Rust. `:except` lists
  pages that may use it before, such as the one on which a reader only tries whether Rust runs.
  """

  alias Livemd.{Cell, Fence, Notebook, Problem, Prose, Section}
  alias Roundtrip.RustBatch

  @file_name "test/concepts.exs"

  @type concept :: %{
          required(:name) => String.t(),
          required(:page) => String.t(),
          required(:section) => String.t(),
          required(:words) => [String.t()],
          required(:use) => Regex.t(),
          optional(:except) => [String.t()]
        }

  @doc "Returns the list of concepts."
  @spec all() :: [concept()]
  def all, do: @file_name |> Code.eval_file() |> elem(0)

  @doc """
  Returns the problems of a concept in a course, which is a list of pages, each with its notebook: that no
  such section exists, that the section doesn't name the concept in its title or in bold, or that a Rust
  fence or cell before it uses the concept.
  """
  @spec problems(concept(), [{String.t(), Notebook.t()}]) :: [String.t()]
  def problems(concept, course) do
    {before, from_page} = Enum.split_while(course, fn {page, _} -> page != concept.page end)

    with [{_page, notebook} | _] <- from_page,
         {earlier, [section | _]} <-
           Enum.split_while(notebook.sections, &(&1.name != concept.section)) do
      allowed = Map.get(concept, :except, [])

      pages =
        for {page, notebook} <- before, page not in allowed, do: {notebook, notebook.sections}

      unnamed(concept, section, notebook) ++
        for {notebook, sections} <- pages ++ [{notebook, earlier}],
            section <- sections,
            {line, rust} <- rust(section),
            clean(rust) =~ concept.use,
            do: problem(notebook, line, "uses #{concept.name}, which #{place(concept)} explains")
    else
      _not_found -> ["#{concept.name}: the course has no section #{place(concept)}"]
    end
  end

  defp place(concept), do: "#{concept.page}, #{inspect(concept.section)},"

  defp unnamed(concept, section, notebook) do
    named = String.downcase("#{section.name} #{Enum.join(bold(section), " ")}")

    if Enum.any?(concept.words, &String.contains?(named, String.downcase(&1))),
      do: [],
      else: [
        problem(notebook, section.line, "doesn't name #{concept.name} in its title or in bold")
      ]
  end

  defp bold(section) do
    for %Prose{text: text} <- section.blocks,
        [bold] <- Regex.scan(~r/\*\*([^*]+)\*\*/, text, capture: :all_but_first),
        do: bold
  end

  defp rust(%Section{} = section) do
    notebook = %Notebook{path: "", title: "", sections: [section]}

    for(
      %Fence{info: "rust" <> _} = fence <- Notebook.shown(notebook),
      do: {fence.line, fence.code}
    ) ++
      for %Cell{} = cell <- Notebook.cells(notebook),
          crate <- RustBatch.crates(cell.code),
          do: {cell.line, crate.source}
  end

  # Comments and strings don't use what they mention.
  defp clean(rust), do: String.replace(rust, ~r{//[^\n]*|"(\\.|[^"\\])*"}, "")

  defp problem(notebook, line, message),
    do: to_string(%Problem{path: notebook.path, line: line, message: message})
end
