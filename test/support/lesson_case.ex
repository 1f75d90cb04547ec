defmodule Roundtrip.LessonCase do
  @moduledoc """
  The tests that every lesson must pass: `use Roundtrip.LessonCase, lesson: "structs"`.

  They are not async, because some lessons measure times, which other tests would distort.
  """

  use ExUnit.CaseTemplate

  alias Livemd.{Cell, Exercise, Failure, Fence, Linter, Notebook, Parser, Problem, Runner}
  alias Roundtrip.{LongSchedule, Progress, RustBatch, RustFences, WrongSolutions}
  alias Roundtrip.Rust.BuildOutput

  @toolchains Mix.Project.config()[:livemd][:toolchains]
  @runner [toolchains: @toolchains, leak_check: &Roundtrip.live_counts/0]

  # Pages that teach Rust, each with at least four cells in which the reader changes Rust.
  @teach_rust ~w(rust project first_call terms structs resources mutation messages calls long_work server toolbox)

  @change ~r/\A# Change it: \S/

  using opts do
    quote do
      import Roundtrip.LessonCase

      @lesson unquote(opts[:lesson])

      # The first run compiles all the Rust of the lesson's cells.
      @moduletag timeout: 300_000

      test "keeps to the form of a lesson", do: lint(@lesson)

      test "holds as shipped, with stubs and wrong solutions failing by an assertion",
        do: run(@lesson, mode: :shipped, wrong_solutions: true)

      test "has a wrong solution for each exercise", do: wrong_solutions(@lesson)

      test "holds with every exercise solved as shown", do: run(@lesson, mode: :solved)
      test "remembers each exercise by the last line of its check", do: remembers(@lesson)
      test "runs the reader's Rust in no linked process of a check", do: unlinked(@lesson)

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
    opts = [
      setup: read("index"),
      assertions: lesson != "index",
      values: true,
      toolchains: @toolchains
    ]

    assert_none(Linter.lint(read(lesson), opts) ++ changeable(read(lesson)))

    if lesson in @teach_rust do
      assert length(cells_to_change(read(lesson))) >= 4,
             "#{lesson} teaches Rust, and has fewer than four cells that begin with `# Change it: ...`"
    end
  end

  @doc "Returns the cells in which the reader changes Rust, which begin with `# Change it: ...`."
  def cells_to_change(notebook),
    do: for(cell <- Notebook.cells(notebook), cell.code =~ @change, do: cell)

  @doc """
  Returns the problems of such cells, which compile Rust of their own when the page runs, and end in a
  call.
  """
  def changeable(notebook) do
    for cell <- Notebook.cells(notebook),
        message <- [misspelt(cell.code), cell.code =~ @change && not_changeable(cell.code)],
        message,
        do: %Problem{path: notebook.path, line: cell.line, message: message}
  end

  defp misspelt(code) do
    if code =~ ~r/^\s*#+ *change it *:/im and not (code =~ @change),
      do: "a cell to change begins with the comment `# Change it: <what to try>`"
  end

  defp not_changeable(code) do
    cond do
      not (code =~ ~r/^  use Roundtrip\.Rust\b|^Roundtrip\.Rust\.Project\./m) ->
        "a cell to change compiles its Rust itself"

      code =~ ~r/^end\s*\z/m ->
        "a cell to change ends in a call of what it has compiled"

      true ->
        nil
    end
  end

  @doc """
  Runs a lesson, flunks with its failures, and checks which exercises are waiting and remembered.

  With `wrong_solutions: true` the wrong solutions of its exercises run too: see
  `Roundtrip.WrongSolutions`.
  """
  def run(lesson, opts) do
    notebook = read(lesson)
    {:ok, _} = Progress.reset(lesson)
    {wrong?, opts} = Keyword.pop(opts, :wrong_solutions, false)
    RustBatch.build(codes(notebook))
    run = if wrong?, do: &WrongSolutions.run/2, else: &{Runner.run(&1, &2), []}

    rust = for exercise <- rust_exercises(notebook), do: exercise.name

    on_cell =
      &LongSchedule.cell_finished("#{notebook.path}:#{&1.cell.line}", on_purpose?(&1.cell, rust))

    {report, problems} = run.(notebook, [on_cell: on_cell] ++ @runner ++ opts)

    problems = problems ++ Enum.map(misquoted(report), &to_string/1)

    case problems ++ Enum.map(report.failures, &Failure.format(&1, notebook)) do
      [] -> :ok
      failures -> flunk(Enum.join(failures, "\n\n"))
    end

    skipped = for {cell, _reason} <- report.skipped, do: cell
    checks = for %{kind: {:check, name}} <- Notebook.cells(notebook) -- skipped, do: name

    assert Enum.sort(report.waiting) ==
             if(opts[:mode] == :solved, do: [], else: Enum.sort(checks))

    passed = Progress.passed()
    assert for(name <- checks, name in passed, do: name) == report.passed
    report
  end

  # The calls of NIFs that a cell has compiled aren't counted, and they may do what the page warns of.
  defp on_purpose?(%{kind: {_kind, name}}, rust), do: name in rust
  defp on_purpose?(cell, _rust), do: cell.code =~ ~r/Roundtrip\.Rust\b/

  # The exercises in which the reader writes Rust.
  defp rust_exercises(notebook) do
    for exercise <- Exercise.all(notebook),
        solved = Exercise.solved(exercise) || exercise.stub,
        exercise.stub.code <> solved.code =~ "Roundtrip.Rust",
        do: exercise
  end

  @doc """
  Returns a problem for each line of the `text` fence below a cell that needs rustc, if the cell didn't print
  that line: it expects rustc to refuse it, runs cargo or Mix in a project, or prints by itself. The fence is
  for readers who have no rustc.
  """
  def misquoted(%{notebook: notebook} = report) do
    printed =
      for %{status: :ok} = result <- report.cells, into: %{}, do: {result.cell, result.output}

    for %{blocks: blocks} <- notebook.sections,
        [%Cell{} = cell, %Fence{info: "text"} = fence] <-
          Enum.chunk_every(blocks, 2, 1, :discard),
        cell.code =~ ~r/Roundtrip\.Rust\.(Error|Hex|Project)|IO\.puts/,
        output = printed[cell],
        lines = output |> BuildOutput.plain() |> String.split("\n"),
        {line, index} <- fence.code |> String.split("\n") |> Enum.with_index(1),
        line not in lines or String.trim(fence.code) == "" do
      %Problem{
        path: notebook.path,
        line: fence.line + index,
        message: "the cell doesn't print this"
      }
    end
  end

  # Of the cells, the solutions and the wrong solutions.
  defp codes(notebook) do
    exercises = Exercise.all(notebook)
    solved = for exercise <- exercises, cell = Exercise.solved(exercise), do: cell.code

    wrong =
      for %{name: name} <- exercises, path <- WrongSolutions.paths(name), do: File.read!(path)

    for(cell <- Notebook.cells(notebook), do: cell.code) ++ solved ++ wrong
  end

  @doc "Asserts that each exercise of the lesson has a wrong solution."
  def wrong_solutions(lesson) do
    without =
      for %{name: name} <- Exercise.all(read(lesson)), WrongSolutions.paths(name) == [], do: name

    assert without == [],
           "write test/exercises/EXERCISE/MISTAKE.exs for #{Enum.join(without, ", ")}"
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

  @doc "Asserts that no check runs the reader's Rust in a linked process, whose crash would end the notebook."
  def unlinked(lesson) do
    notebook = read(lesson)

    for %Exercise{check: %Cell{} = check} <- rust_exercises(notebook),
        check.code =~ ~r/\b(Task\.async|Task\.async_stream|spawn_link|GenServer\.start_link)\(/ do
      flunk(
        "#{notebook.path}:#{check.line}: use Task.Supervisor.async_nolink/2, or start the process unlinked"
      )
    end
  end

  @doc "Asserts that the lesson's Rust fences quote the crates."
  def fences(lesson), do: assert_none(RustFences.check_quotes(read(lesson), sources()))

  @doc "Returns the files that a fence may quote."
  def sources,
    do: Path.wildcard("native/{core,nif,server,support}/src/**/*.rs") ++ ["native/Cargo.toml"]

  defp assert_none(problems), do: problems == [] || flunk(lines(problems))
  defp lines(problems), do: Enum.map_join(problems, "\n", &to_string/1)
end
