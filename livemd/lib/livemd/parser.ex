defmodule Livemd.Parser do
  @moduledoc """
  Reads a strict subset of `.livemd`, line by line, and refuses the rest with file and line.

  Livebook reads Markdown with a parser of its own kind: a space in a comment, a backtick too many
  or a forgotten blank line turns a cell into prose, or prose into a cell, and says nothing. So this
  parser accepts only what both read alike:

      <!-- comments -->             optional, one line each
      # Title                       once

      ```elixir                     optional: the setup cell, and nothing beside it
      Mix.install([...])
      ```

      <!-- livebook:{"branch_parent_index":0} -->      optional
      ## Section

      blocks

  Every block stands at the margin, with a blank line before and after:

    * a **cell**: a fence marked `elixir`. Before it may stand one of
      `<!-- livebook:{"continue_on_error":true} -->`,
      `<!-- livebook:{"reevaluate_automatically":true} -->` (kept, without a meaning here) and
      `<!-- livebook:{"force_markdown":true} -->` (the fence is shown and not run). Its first line
      may be `# exercise: NAME` or `# check: NAME`; a name is of `a-z`, `0-9`, `-` and `_`;
    * a **fence** that is shown, marked exactly `rust`, `rust,compile_fail`, `rust,compile_fail,E0596`
      (with any code), `c`, `toml`, `console`, `text`, `mermaid`, `diff` or `yaml`;
    * **details**: a line `<details>`, a line `<summary>Text</summary>`, a blank line, prose and
      fences, a blank line, a line `</details>`; an `elixir` fence in there is shown and not run;
    * **prose**: a paragraph; a list, whose further lines are indented; a table with a header row;
      a quote, with `>` on each line; a heading from `###` to `######`;
    * a **comment** on one line: it is dropped.

  A fence opens with three backticks or more and closes with a line of exactly as many. A code span
  ends on the line on which it starts. A branch names an earlier section that is not a branch.

  Refused, besides everything else that is not above: tildes, rules, underlined headings, HTML, link
  and footnote definitions, attribute lists (`{:`), tabs in prose, control characters, other
  metadata, outputs, smart cells and stamps. Line ends may be those of Windows.
  """

  alias Livemd.Notebook
  alias Livemd.Problem
  alias Livemd.Parser.{Assembly, Blocks, Source}

  @doc "Reads the file at `path`; a file that cannot be read is a problem of its first line."
  @spec read(Path.t()) :: {:ok, Notebook.t()} | {:error, [Problem.t()]}
  def read(path) do
    case File.read(path) do
      {:ok, text} ->
        parse(text, path)

      {:error, reason} ->
        message = "cannot be read: #{:file.format_error(reason)}"
        {:error, [%Problem{path: path, line: 1, message: message}]}
    end
  end

  @doc """
  Parses text; `path` is only a name. All problems are reported, not only the first.

      iex> {:ok, notebook} = Livemd.Parser.parse("# Title\\n\\n## One\\n", "a.livemd")
      iex> {notebook.title, Enum.map(notebook.sections, & &1.name)}
      {"Title", ["One"]}

      iex> {:error, [problem]} = Livemd.Parser.parse("# Title\\n\\n##One\\n", "a.livemd")
      iex> to_string(problem)
      "a.livemd:3: a heading is one to six `#`, one space and a name"
  """
  @spec parse(String.t(), Path.t()) :: {:ok, Notebook.t()} | {:error, [Problem.t()]}
  def parse(text, path) do
    {lines, source_problems} = Source.lines(text)
    {notebook, problems} = lines |> Blocks.scan() |> Assembly.assemble(path)

    case source_problems ++ problems do
      [] -> {:ok, notebook}
      problems -> {:error, problems |> Enum.map(&problem(&1, path)) |> Problem.sort()}
    end
  end

  defp problem({:problem, line, message}, path) do
    %Problem{path: path, line: line, message: message}
  end
end
