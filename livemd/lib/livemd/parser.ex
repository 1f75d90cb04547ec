defmodule Livemd.Parser do
  @moduledoc """
  Parses a strict subset of `.livemd` and rejects everything else, with file and line.

  Livebook's Markdown parser accepts any text: a space in a comment, one backtick too many or a
  forgotten blank line silently turns a cell into prose, or prose into a cell. This parser accepts
  only text that both parse in the same way:

      <!-- comments -->             optional, one line each
      # Title                       once

      ```elixir                     optional: the setup cell, alone before the first section
      Mix.install([...])
      ```

      ## Section

      blocks

  A block starts at the margin, with a blank line before and after it. It is one of these:

    * a **cell**: a fence marked `elixir`. The comment `<!-- livebook:{"continue_on_error":true} -->`
      may precede it. Its first line may be `# exercise: NAME` or `# check: NAME`; a name consists of
      `a-z`, `0-9`, `-` and `_`. `# exercise: NAME (E0308: it doesn't compile yet)` marks a stub which
      the compiler must refuse with this error, and `(error: ...)` one whose error has no code;
    * a **fence** that is only shown, marked exactly `rust`, `rust,compile_fail`, `rust,compile_fail,E0596`
      (with any code), `c`, `toml`, `console`, `text`, `mermaid`, `diff` or `yaml`;
    * **details**: a line `<details>`, a line `<summary>Text</summary>`, a blank line, prose and
      fences, a blank line, a line `</details>`; an `elixir` fence inside is shown, not evaluated;
    * **prose**: a paragraph; a list, whose continuation lines are indented; a table with a header
      row; a quote, with `>` on each line; a heading from `###` to `######`;
    * a **comment** on one line, which is dropped.

  A fence opens with three or more backticks and closes with a line of exactly as many. A code span
  ends on the line on which it starts. A block of prose has at most 20,000 bytes, and a line of it
  4,000, so that parsing and printing take time linear in the size of the file. Lines may end as on
  Windows.

  Everything else is rejected, for example fences of tildes, rules, underlined headings, HTML, link and
  footnote definitions, attribute lists (`{:`), tabs in prose, control characters, outputs, smart
  cells, stamps, and all other metadata of Livebook (such as branching sections).
  """

  alias Livemd.{Cell, Fence, Notebook, Problem, Prose, Section}
  alias Livemd.Parser.Blocks

  @bom "\uFEFF"

  @doc "Parses the file at `path`. A file that can't be read is a problem on line 1."
  @spec read(Path.t()) :: {:ok, Notebook.t()} | {:error, [Problem.t()]}
  def read(path) do
    case File.read(path) do
      {:ok, text} ->
        parse(text, path)

      {:error, reason} ->
        {:error, Problem.list([{1, "cannot be read: #{:file.format_error(reason)}"}], path)}
    end
  end

  @doc """
  Parses text and returns the notebook, or all problems. `path` is used as its name and not read.

      iex> {:ok, notebook} = Livemd.Parser.parse("# Title\\n\\n## One\\n", "a.livemd")
      iex> {notebook.title, Enum.map(notebook.sections, & &1.name)}
      {"Title", ["One"]}

      iex> {:error, [problem]} = Livemd.Parser.parse("# Title\\n\\n##One\\n", "a.livemd")
      iex> to_string(problem)
      "a.livemd:3: a heading is one to six `#`, one space and a name"
  """
  @spec parse(String.t(), Path.t()) :: {:ok, Notebook.t()} | {:error, [Problem.t()]}
  def parse(text, path) do
    {lines, in_lines} = lines(text)
    {notebook, in_blocks} = lines |> Blocks.scan() |> cells([]) |> assemble(path)

    case in_lines ++ in_blocks ++ misplaced_marks(notebook) do
      [] ->
        {:ok, notebook}

      problems ->
        found = for {:problem, line, message} <- problems, do: {line, message}
        {:error, Problem.list(found, path)}
    end
  end

  # Characters that an editor hides are rejected here, so that later steps can ignore them.
  defp lines(text) do
    if String.valid?(text) do
      {text, bom} = without_bom(text)
      lines = text |> String.replace("\r\n", "\n") |> String.split("\n") |> Enum.with_index(1)
      {lines, bom ++ Enum.flat_map(lines, &hidden/1)}
    else
      {[], [{:problem, 1, "the file isn't valid UTF-8"}]}
    end
  end

  defp without_bom(@bom <> text),
    do: {text, [{:problem, 1, "the file starts with a byte-order mark, which hides the title"}]}

  defp without_bom(text), do: {text, []}

  defp hidden({line, number}) do
    cond do
      String.contains?(line, "\r") ->
        [{:problem, number, "a carriage return within the line: Livebook breaks the line here"}]

      # Livebook's regular expressions treat U+0085, U+2028 and U+2029 as white space.
      line =~ ~r/[\x{00}-\x{08}\x{0B}\x{0C}\x{0E}-\x{1F}\x{7F}\x{85}\x{2028}\x{2029}\x{FEFF}]/u ->
        [{:problem, number, "an invisible control character"}]

      true ->
        []
    end
  end

  # `elixir` fences become cells; a metadata comment is joined with the cell that it precedes.
  defp cells([{:continue_on_error, _line}, %Fence{info: "elixir"} = fence | rest], done),
    do: cells(rest, [%{cell(fence) | continue_on_error: true} | done])

  defp cells([{:continue_on_error, line} | rest], done) do
    message = "continue_on_error must be followed by an `elixir` fence"
    cells(rest, [{:problem, line, message} | done])
  end

  defp cells([%Fence{info: "elixir"} = fence | rest], done), do: cells(rest, [cell(fence) | done])
  defp cells([item | rest], done), do: cells(rest, [item | done])
  defp cells([], done), do: Enum.reverse(done)

  defp cell(fence), do: mark(%Cell{code: fence.code, line: fence.line + 1})

  @mark ~r/\A# (exercise|check): ([a-z0-9][a-z0-9_-]*)(?: \((E\d{4}|error): \S.*\))?(?=\n|\z)/

  defp mark(cell) do
    case Regex.run(@mark, cell.code) do
      [_, "exercise", name, error] -> %{cell | kind: {:exercise, name}, expected_error: error}
      [_, "exercise", name] -> %{cell | kind: {:exercise, name}}
      [_, "check", name] -> %{cell | kind: {:check, name}}
      _check_with_error_or_nil -> cell
    end
  end

  defp assemble(items, path) do
    {problems, items} = Enum.split_with(items, &match?({:problem, _, _}, &1))
    {title, body, title_problems} = title(items)
    {before, sections} = Enum.split_while(body, &(not match?({:heading, 2, _, _}, &1)))
    {setup, setup_problems} = if title_problems == [], do: setup(before), else: {nil, []}
    notebook = %Notebook{path: path, title: title, setup: setup, sections: sections(sections)}
    {notebook, problems ++ title_problems ++ setup_problems}
  end

  defp title(items) do
    case Enum.drop_while(items, &match?({:comment, _}, &1)) do
      [{:heading, 1, name, _} | rest] ->
        {second, rest} = Enum.split_with(rest, &match?({:heading, 1, _, _}, &1))
        {name, rest, Enum.map(second, &second_title/1)}

      other ->
        {late, rest} = Enum.split_with(other, &match?({:heading, 1, _, _}, &1))
        message = "a notebook starts with `# Title`; only comments may precede it"
        problem = {:problem, line(List.first(other)), message}
        {"", rest, [problem | late |> Enum.drop(1) |> Enum.map(&second_title/1)]}
    end
  end

  defp second_title({:heading, 1, _, line}),
    do: {:problem, line, "a second `#` heading: Livebook would lower every heading by a level"}

  defp setup([]), do: {nil, []}
  defp setup([%Cell{} = cell]), do: {cell, []}

  defp setup(items) do
    {cells, others} = Enum.split_with(items, &match?(%Cell{}, &1))

    message =
      "only one `elixir` cell, the setup, may precede the first `##`: " <>
        "with this block here Livebook runs no setup"

    stray = others ++ Enum.drop(cells, 1)
    {List.first(cells), for(item <- stray, do: {:problem, line(item), message})}
  end

  defp sections([]), do: []

  defp sections([{:heading, 2, name, line} | rest]) do
    {items, rest} = Enum.split_while(rest, &(not match?({:heading, 2, _, _}, &1)))
    blocks = items |> Enum.reject(&match?({:comment, _}, &1)) |> Enum.map(&prose_heading/1)
    [%Section{name: name, line: line, blocks: blocks} | sections(rest)]
  end

  defp prose_heading({:heading, level, name, line}),
    do: %Prose{kind: :heading, text: String.duplicate("#", level) <> " " <> name, line: line}

  defp prose_heading(block), do: block

  # A cell whose mark is misspelt or not on the first line would silently be a plain one.
  defp misplaced_marks(notebook) do
    message =
      "only a cell's first line marks it, exactly as `# exercise: name-1` or `# check: name-1`, " <>
        "or `# exercise: name-1 (E0308: it doesn't compile yet)`"

    for %Cell{} = cell <- [notebook.setup | Notebook.cells(notebook)],
        {text, index} <- cell.code |> String.split("\n") |> Enum.with_index(),
        text =~ ~r/\A\s*#+\s*(exercise|check)\s*:/i,
        index > 0 or cell.kind == :plain or cell == notebook.setup,
        do: {:problem, cell.line + index, message}
  end

  defp line(nil), do: 1
  defp line(%Cell{line: line}), do: line - 1
  defp line(%{line: line}), do: line
  defp line({:heading, _, _, line}), do: line
  defp line({_, line}), do: line
end
