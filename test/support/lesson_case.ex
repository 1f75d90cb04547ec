defmodule Roundtrip.LessonCase do
  @moduledoc """
  The tests that every lesson must pass: `use Roundtrip.LessonCase, lesson: "structs"`.

  They are not async, because some lessons measure times, which other tests would distort.
  """

  use ExUnit.CaseTemplate

  alias Livemd.{Exercise, Failure, Linter, Notebook, Parser, Runner}
  alias Roundtrip.{LongSchedule, Progress, RustFences}

  @toolchains [Roundtrip.Rust]
  @runner [toolchains: @toolchains, leak_check: &Roundtrip.live_counts/0]

  using opts do
    quote do
      import Roundtrip.LessonCase

      @lesson unquote(opts[:lesson])

      test "keeps to the form of a lesson", do: lint(@lesson)

      test "holds as shipped, with every exercise failing by an assertion",
        do: run(@lesson, mode: :shipped)

      test "holds with every exercise solved as shown", do: run(@lesson, mode: :solved)
      test "remembers each exercise by the last line of its check", do: remembers(@lesson)

      test "shows the Rust of the crate, word for word", do: fences(@lesson)
    end
  end

  @doc "Returns the parsed notebook of a lesson, or flunks with file and line."
  def read(lesson) do
    assert lesson in Roundtrip.lessons(), "add #{lesson} to @lessons in lib/roundtrip/course.ex"

    case Parser.read(Roundtrip.notebook_path(lesson)) do
      {:ok, notebook} -> notebook
      {:error, problems} -> flunk(lines(problems))
    end
  end

  @doc "Flunks with the problems that the linter finds."
  def lint(lesson) do
    opts = [setup: read("index"), assertions: lesson != "index", toolchains: @toolchains]
    assert_none(Linter.lint(read(lesson), opts))
  end

  @doc "Runs a lesson, flunks with its failures, and checks which exercises are waiting and remembered."
  def run(lesson, opts) do
    notebook = read(lesson)
    {:ok, _} = Progress.reset(lesson)
    on_cell = &LongSchedule.cell_finished("#{notebook.path}:#{&1.cell.line}")
    report = Runner.run(notebook, [on_cell: on_cell] ++ @runner ++ opts)

    unless report.failures == [] do
      flunk(Enum.map_join(report.failures, "\n\n", &Failure.format(&1, notebook)))
    end

    skipped = for {cell, _reason} <- report.skipped, do: cell
    checks = for %{kind: {:check, name}} <- Notebook.cells(notebook) -- skipped, do: name

    assert Enum.sort(report.waiting) ==
             if(opts[:mode] == :solved, do: [], else: Enum.sort(checks))

    assert for(name <- checks, name in Progress.passed(), do: name) == report.passed
    report
  end

  @doc "Asserts that the course knows exactly the lesson's exercises, and each check remembers its own."
  def remembers(lesson) do
    notebook = read(lesson)
    names = for exercise <- Exercise.all(notebook), do: exercise.name
    assert for({^lesson, known} <- Progress.exercises(), name <- known, do: name) == names

    for %{kind: {:check, name}, line: line} <- Notebook.cells(notebook),
        name in forgetful(notebook) do
      flunk(
        "#{notebook.path}:#{line}: end this check with an empty line and " <>
          ~s|`Roundtrip.passed("#{name}")`, and call it nowhere else in the cell|
      )
    end
  end

  @doc "Returns the checks that don't end with an empty line and the call that remembers their exercise."
  def forgetful(notebook) do
    for %{kind: {:check, name}, code: code} <- Notebook.cells(notebook),
        own = ~s|\n\nRoundtrip.passed("#{name}")|,
        not String.ends_with?(code, own) or length(String.split(code, "Roundtrip.passed")) != 2,
        do: name
  end

  @doc "Asserts that the lesson's Rust fences quote the crates."
  def fences(lesson), do: assert_none(RustFences.check_quotes(read(lesson), sources()))

  @doc "Returns the files that a fence may quote."
  def sources,
    do: Path.wildcard("native/{core,nif,server,support}/src/**/*.rs") ++ ["native/Cargo.toml"]

  defp assert_none(problems), do: problems == [] || flunk(lines(problems))
  defp lines(problems), do: Enum.map_join(problems, "\n", &to_string/1)
end
