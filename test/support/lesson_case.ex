defmodule Roundtrip.LessonCase do
  @moduledoc """
  What every lesson promises, as tests: `use Roundtrip.LessonCase, lesson: "structs"`.

  One at a time: some lessons measure, and a busy neighbour would be measured too.
  """

  use ExUnit.CaseTemplate

  alias Roundtrip.Notebook.{Failure, Fences, Linter, Parser, Runner}

  using opts do
    quote do
      import Roundtrip.LessonCase

      @lesson unquote(opts[:lesson])

      test "keeps to the form of a lesson", do: lint(@lesson)

      test "holds as shipped, with every exercise failing by an assertion",
        do: run(@lesson, solved: false)

      test "holds with every exercise solved as shown", do: run(@lesson, solved: true)
      test "shows the Rust of the crate, word for word", do: fences(@lesson)
    end
  end

  @doc "The parsed notebook of a lesson; flunks with file and line where it cannot be read."
  def read(lesson) do
    case Parser.read(Roundtrip.notebook_path(lesson)) do
      {:ok, notebook} -> notebook
      {:error, problems} -> flunk(lines(problems))
    end
  end

  def lint(lesson) do
    config = Mix.Project.config()
    opts = [app: config[:app], version: config[:version], deps: config[:notebook_deps]]
    assert_none(Linter.lint(read(lesson), [assertions: lesson != "index"] ++ opts))
  end

  def run(lesson, opts) do
    notebook = read(lesson)
    report = Runner.run(notebook, [watch: &Roundtrip.live_counts/0] ++ opts)

    unless report.failures == [] do
      flunk(Enum.map_join(report.failures, "\n\n", &Failure.format(&1, notebook)))
    end

    skipped = for {cell, _reason} <- report.skipped, do: cell
    cells = Roundtrip.Notebook.cells(notebook) -- skipped
    checks = for %{kind: {:check, name}} <- cells, do: name
    assert Enum.sort(report.waiting) == if(opts[:solved], do: [], else: Enum.sort(checks))
    report
  end

  def fences(lesson), do: assert_none(Fences.missing(read(lesson), sources()))

  @doc "The files that a fence may quote."
  def sources, do: Path.wildcard("native/{nif,core}/src/**/*.rs") ++ ["native/Cargo.toml"]

  defp assert_none(problems), do: problems == [] || flunk(lines(problems))
  defp lines(problems), do: Enum.map_join(problems, "\n", &to_string/1)
end
