defmodule Mix.Tasks.Roundtrip.Learn do
  @shortdoc "Runs the course, or reads one lesson, in the terminal"

  # bin/learn prints the same file.
  @external_resource usage = Path.join(__DIR__, "usage.txt")
  @usage File.read!(usage)

  @moduledoc """
  #{@shortdoc}.

  #{@usage}
  `bin/learn` prepares the machine and then calls `mix roundtrip.learn` with the same arguments. It
  handles `--livebook` without Mix.
  """

  use Mix.Task

  alias Livemd.{Batch, Exercise, Journal, Parser, Practice, Reader, Report, Terminal}
  alias Livemd.Practice.Overview
  alias Roundtrip.{Course, Progress}
  alias Roundtrip.Progress.Formatter

  # From 0 to 1: a name that is less similar isn't suggested.
  @similar 0.8

  @switches [
    all: :boolean,
    list: :boolean,
    progress: :boolean,
    reset: :boolean,
    restart: :string,
    watch: :boolean,
    folder: :string,
    help: :boolean
  ]

  # The exit status that a shell reports for a program that writes into a closed pipe.
  @broken_pipe 141
  @wrong_usage 2
  # bin/learn names the folder of `Livemd.Practice`'s option `:crashes`.
  @crashes "ROUNDTRIP_CRASHES"
  # Asks bin/learn for another VM with `--watch`, whose standard error it redirects.
  @watch 3

  # Without cargo, cells that use it are skipped.
  @toolchains Mix.Project.config()[:livemd][:toolchains]

  @impl Mix.Task
  def run(args) do
    # In a locale without UTF-8 the device would print `\\x{2713}` for a check mark.
    :io.setopts(:standard_io, encoding: :unicode)
    quiet_broken_pipe()

    # bin/learn reads the journal, because a cell may end the VM with exit status 0.
    case Journal.record(fn -> learn(args, terminal: Terminal.detect()) end) do
      0 -> :ok
      # An orderly stop would wait for the closed output.
      @broken_pipe -> System.halt(@broken_pipe)
      status -> exit({:shutdown, status})
    end
  end

  @doc """
  Runs `bin/learn` with these arguments and returns the exit status.

  The option `:terminal` is a `Livemd.Terminal`, or `nil` for a pipe. Tests may also pass `:course`, a
  list of `{lesson, path}`; `:input`, `:output` and `:error`, devices; `:runner`, options of the runner;
  `:passed`, the names of exercises that passed before.
  """
  @spec learn([String.t()], keyword()) :: non_neg_integer()
  def learn(args, options) do
    case OptionParser.parse(args, strict: @switches, aliases: [h: :help]) do
      {switches, lessons, []} -> dispatch(Map.new(switches), lessons, options)
      {_switches, _lessons, [{option, _value} | _]} -> unknown_option(option, options)
    end
  rescue
    error in ErlangError -> broken_pipe(error, __STACKTRACE__)
  end

  defp dispatch(%{help: true}, _lessons, options), do: say(@usage, options)
  defp dispatch(%{list: true}, _lessons, options), do: list(course(options), options)
  defp dispatch(%{progress: true}, _lessons, options), do: progress(options)

  defp dispatch(%{restart: exercise} = switches, [], options),
    do: restart(exercise, switches, options)

  defp dispatch(%{restart: _exercise}, _lessons, options),
    do: wrong_usage("--restart takes one exercise. See --help.", options)

  defp dispatch(%{reset: true} = switches, [], options),
    do: reset(nil, course(options), switches, options)

  defp dispatch(%{watch: true} = switches, [], options),
    do: with_notebooks(course(options), options, &watch(&1, nil, switches, options))

  defp dispatch(switches, [], options) do
    if options[:terminal] && not is_map_key(switches, :all),
      do: offer(course(options), switches, options),
      else: with_notebooks(course(options), options, &run_all(&1, options))
  end

  defp dispatch(switches, [lesson], options) do
    course = course(options)
    # A path also names a lesson, since a shell completes `notebooks/structs.livemd`.
    name = Path.basename(lesson, ".livemd")

    case List.keyfind(course, name, 0) do
      nil when is_map_key(switches, :watch) and not is_map_key(switches, :reset) ->
        watch_exercise(lesson, switches, course, options)

      nil ->
        unknown("lesson", lesson, lessons(course), options)

      found when is_map_key(switches, :reset) ->
        reset(name, [found], switches, options)

      found ->
        with_notebooks([found], options, &one(&1, switches, course, options))
    end
  end

  defp dispatch(_switches, _lessons, options) do
    wrong_usage("Name one lesson, or none for the whole course. See --help.", options)
  end

  defp one([found], %{watch: true} = switches, course, options),
    do: watch([found], lessons(course), switches, options)

  defp one([found], switches, _course, options),
    do: read(found, options[:terminal] != nil and not is_map_key(switches, :all), options)

  defp watch_exercise(name, switches, course, options) do
    with_notebooks(course, options, fn notebooks ->
      case Enum.find(notebooks, fn {_lesson, notebook} -> name in exercises(notebook) end) do
        nil ->
          names = lessons(course) ++ Enum.flat_map(notebooks, &exercises(elem(&1, 1)))
          unknown("lesson or exercise", name, names, options)

        found ->
          watch([found], lessons(course), Map.put(switches, :exercise, name), options)
      end
    end)
  end

  defp lessons(course), do: Enum.map(course, &elem(&1, 0))

  defp course(options) do
    with nil <- options[:course] do
      start()
      Course.notebooks()
    end
  end

  # `--help` works without compiling the project.
  defp start do
    Mix.Task.run("app.start")
    quiet_broken_pipe()
  end

  defp runner(options) do
    Keyword.get_lazy(options, :runner, fn ->
      [mode: :learner, toolchains: @toolchains, leak_check: &Roundtrip.live_counts/0]
    end)
  end

  defp list(course, options) do
    wide = course |> Enum.map(fn {lesson, _} -> String.length(lesson) end) |> Enum.max()
    terminal = options[:terminal] || Terminal.new()

    with_notebooks(course, options, fn notebooks ->
      passed = passed(options)

      for {lesson, notebook} <- notebooks do
        sections = Terminal.count(length(notebook.sections), "section")
        heading = [String.pad_trailing(lesson, wide), "  ", notebook.title, " (", sections, ")"]
        Enum.map([heading | Overview.exercises(notebook, terminal, passed: passed)], &[&1, "\n"])
      end
      |> say(options)
    end)
  end

  defp progress(options) do
    start()
    say(Enum.map(Formatter.lines(Progress.read(), colour?(options)), &[&1, "\n"]), options)
  end

  # Otherwise the next --watch would find the old files, and all would pass again.
  defp reset(lesson, course, switches, options) do
    start()
    where = lesson || "the course"

    with {:ok, exercises} <- if(lesson, do: Progress.reset(lesson), else: Progress.reset()),
         folders = for({lesson, _} <- course, do: Path.join(folder(switches), lesson)),
         {:ok, moved} <- set_aside(folders) do
      count = Terminal.count(length(exercises), "exercise")
      some = "Forgot #{count} of #{where}: #{Enum.join(exercises, ", ")}\n"
      none = "Nothing of #{where} was remembered.\n"
      moved = for {folder, kept} <- moved, do: "Moved your files: #{folder} is #{kept} now.\n"
      say([if(exercises == [], do: none, else: some) | moved], options)
    else
      {:error, why} -> failed_reset(why, options)
    end
  end

  defp set_aside(folders) do
    results = for folder <- folders, do: {folder, Practice.set_aside(folder)}

    case for {_folder, {:error, why}} <- results, do: why do
      [] -> {:ok, for({folder, {:ok, kept}} when kept != nil <- results, do: {folder, kept})}
      [why | _] -> {:error, why}
    end
  end

  defp failed_reset(why, options) do
    print_error(["Not all could be forgotten: ", why, "\n"], options)
    1
  end

  defp restart(name, switches, options) do
    with_notebooks(course(options), options, fn notebooks ->
      exercises =
        for {lesson, notebook} <- notebooks, one <- Exercise.all(notebook), do: {one, lesson}

      case Enum.find(exercises, fn {exercise, _lesson} -> exercise.name == name end) do
        nil -> unknown("exercise", name, for({one, _} <- exercises, do: one.name), options)
        {exercise, lesson} -> restart(exercise, lesson, switches, options)
      end
    end)
  end

  defp restart(exercise, lesson, switches, options) do
    with {:ok, forgotten} <- Progress.reset(exercise.name),
         {:ok, {path, kept}} <- Practice.restart(exercise, lesson, files(lesson, switches)) do
      kept = if kept, do: " What you had is in #{kept}."
      passed = if forgotten != [], do: " It counts as open again."
      say(["#{path} is as shipped.", kept || "", passed || "", "\n"], options)
    else
      {:error, why} -> failed_reset(why, options)
    end
  end

  # Offers to continue with the first lesson that has an exercise which hasn't passed.
  defp offer(course, switches, options) do
    with_notebooks(course, options, fn notebooks ->
      passed = passed(options)
      next = Enum.find(notebooks, fn {_, notebook} -> exercises(notebook) -- passed != [] end)
      say(next_lesson(next, passed), options)
      ask(next, notebooks, switches, options)
    end)
  end

  defp next_lesson(nil, _passed), do: "All exercises of the course have passed.\n"

  defp next_lesson({lesson, notebook}, passed) do
    all = exercises(notebook)
    score = "#{length(all) - length(all -- passed)} of #{length(all)} exercises passed"
    "Next: #{lesson}, #{notebook.title} (#{score})\n"
  end

  defp ask(next, notebooks, switches, options) do
    of_next = if next, do: "Enter: read it · w: work on the exercises · ", else: ""
    choices = of_next <> "a: run all lessons · q: quit > "
    say(Terminal.style(choices, [:faint], options[:terminal]), options)
    answer = IO.gets(Keyword.get(options, :input, :stdio), "")

    case is_binary(answer) && answer |> String.trim() |> String.downcase() do
      "" when next != nil -> read(next, true, options)
      "w" when next != nil -> watch_elsewhere(notebooks, switches, options)
      "a" -> run_all(notebooks, options)
      quit when quit in ["q", false] -> 0
      _other -> ask(next, notebooks, switches, options)
    end
  end

  defp exercises(notebook), do: for(exercise <- Exercise.all(notebook), do: exercise.name)
  defp passed(options), do: Keyword.get_lazy(options, :passed, &Progress.passed/0)

  defp run_all(notebooks, options) do
    reports = Batch.run(notebooks, [runner: runner(options)] ++ devices(options))
    label = IO.ANSI.format([:bright, "Passed   "], colour?(options))
    total = Formatter.total(Progress.read())
    say([label, total, "; bin/learn --progress shows which\n"], options)
    status(reports)
  end

  defp devices(options), do: Keyword.take(options, [:terminal, :input, :output])
  defp colour?(options), do: options[:terminal] != nil and options[:terminal].colour

  defp read({_lesson, notebook}, pause, options) do
    status([Reader.read(notebook, [pause: pause, runner: runner(options)] ++ devices(options))])
  end

  defp status(reports), do: if(Enum.all?(reports, &Report.ok?/1), do: 0, else: 1)

  defp watch_elsewhere(notebooks, switches, options) do
    if System.get_env(@crashes),
      do: @watch,
      else: watch(notebooks, nil, switches, options)
  end

  # One lesson of those named, or the whole course.
  defp watch(notebooks, lessons, switches, options) do
    lesson = if lessons, do: notebooks |> hd() |> elem(0)
    crashes = System.get_env(@crashes)
    # A VM that the reader's code starts must not write into this folder.
    System.delete_env(@crashes)
    runner = [toolchains: @toolchains]

    own = [
      runner: runner,
      passed: passed(options),
      crashes: crashes,
      exercise: switches[:exercise]
    ]

    outcome = Practice.run(notebooks, own ++ files(lesson, switches) ++ devices(options))
    # In a pipe only the one exercise was checked.
    one? = switches[:exercise] != nil and options[:terminal] == nil
    if outcome == :passed and one?, do: 0, else: watched(outcome, lesson, lessons, options)
  end

  # What the header of an exercise's file says, and where the file is.
  defp files(lesson, switches) do
    [folder: folder(switches), command: watch_command(lesson), reading: &"bin/learn #{&1}"]
  end

  defp folder(switches), do: Map.get(switches, :folder, "exercises")
  defp watch_command(nil), do: "bin/learn --watch"
  defp watch_command(lesson), do: "bin/learn --watch #{lesson}"

  defp watched(:passed, nil, _lessons, options),
    do: say("All exercises of the course pass.\n", options)

  defp watched(:passed, lesson, lessons, options) do
    next = lessons |> Enum.drop_while(&(&1 != lesson)) |> Enum.at(1)
    tail = if next, do: " Next: bin/learn --watch #{next}", else: " It is the last lesson."
    say("All exercises of #{lesson} pass.#{tail}\n", options)
  end

  defp watched(:quit, lesson, _lessons, options),
    do: say("#{watch_command(lesson)} continues from here.\n", options)

  defp watched(:failed, _lesson, _lessons, _options), do: 1

  defp watched(:none, nil, _lessons, options),
    do: wrong_usage("The course has no exercises.", options)

  defp watched(:none, lesson, _lessons, options) do
    wrong_usage("#{lesson} has no exercises: bin/learn #{lesson} reads it.", options)
  end

  # Runs no notebook unless all of them can be parsed.
  defp with_notebooks(course, options, fun) do
    loaded = for {lesson, path} <- course, do: {lesson, Parser.read(path)}

    case for {_lesson, {:error, problems}} <- loaded, problem <- problems, do: problem do
      [] ->
        fun.(for {lesson, {:ok, notebook}} <- loaded, do: {lesson, notebook})

      problems ->
        print_error(Enum.map(problems, &[to_string(&1), "\n"]), options)
        1
    end
  end

  defp unknown(kind, name, names, options) do
    similar = Enum.filter(names, &(String.jaro_distance(&1, name) > @similar))
    nearest = Enum.max_by(similar, &String.jaro_distance(&1, name), fn -> nil end)
    hint = if nearest, do: " Did you mean #{nearest}?", else: ""

    all =
      if kind == "lesson", do: "The lessons are: #{Enum.join(names, ", ")}.", else: "See --list."

    wrong_usage("There is no #{kind} #{name}.#{hint}\n#{all}", options)
  end

  defp unknown_option("--livebook", options) do
    wrong_usage("--livebook is an option of bin/learn: call that instead of mix.", options)
  end

  defp unknown_option(option, options) do
    wrong_usage("There is no option #{option}, or it takes no value. See --help.", options)
  end

  defp wrong_usage(message, options) do
    print_error([message, "\n"], options)
    @wrong_usage
  end

  defp print_error(text, options), do: IO.write(Keyword.get(options, :error, :stderr), text)

  defp say(text, options) do
    IO.write(Keyword.get(options, :output, :stdio), text)
    0
  end

  # `bin/learn structs | head -3` closes the pipe, which isn't a crash.
  defp broken_pipe(%ErlangError{original: :terminated}, _stacktrace), do: @broken_pipe
  defp broken_pipe(error, stacktrace), do: reraise(error, stacktrace)

  # Hides OTP's log message about it. Called twice, since starting Logger removes the filter.
  defp quiet_broken_pipe, do: :logger.add_primary_filter(__MODULE__, {&broken_pipe_event/2, []})

  # The first clause is for OTP 26 and newer, the second for OTP 25.
  defp broken_pipe_event(%{msg: {~c"Writer crashed" ++ _rest, _arguments}}, _extra), do: :stop
  defp broken_pipe_event(%{msg: {:report, %{state: state}}}, _extra), do: user_died(state)
  defp broken_pipe_event(_event, _extra), do: :ignore

  defp user_died(state) when is_tuple(state) and elem(state, 1) == :user_sup, do: :stop
  defp user_died(_state), do: :ignore
end
