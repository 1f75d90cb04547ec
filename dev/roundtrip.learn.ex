defmodule Mix.Tasks.Roundtrip.Learn do
  @shortdoc "Runs the course, or reads one lesson, in the terminal"

  @usage """
      bin/learn                   runs every lesson in order and says what each section has proven
      bin/learn LESSON            reads one lesson: prose, code, and under each cell its result
      bin/learn --watch LESSON    puts its exercises into files and checks each save
      bin/learn --list            names the lessons
      bin/learn --progress        shows which exercises have passed
      bin/learn --reset [LESSON]  forgets which have passed, in one lesson or in all
      bin/learn --livebook        opens the notebooks in Livebook
      bin/learn --help            prints this text

  On a terminal a lesson pauses after each section: Enter goes on, `h` shows the hint of an
  exercise, `s` its solution, `q` quits; with `--all` it does not pause. In a pipe it does not
  pause either, has no colours and leaves the solutions out. `NO_COLOR=1` switches colours off.

  `--watch` writes the files to `exercises/LESSON/`, or to the folder that `--folder` names, and never
  over one that is there. In a pipe it checks each file once, and the exit status is 0 only if all
  pass.

  An exercise that passes is remembered, in the user's own data directory or in the folder that
  `ROUNDTRIP_DATA` names.

  The exit status is 0 only if everything held. An exercise that waits for its solution is no
  failure.
  """

  @moduledoc """
  #{@shortdoc}.

  #{@usage}
  `bin/learn` prepares the machine and then calls `mix roundtrip.learn` with the same arguments;
  `--livebook` is handled there, before Mix starts.
  """

  use Mix.Task

  alias Livemd.{Parser, Practice, Reader, Report, Terminal}
  alias Livemd.Terminal.Course
  alias Roundtrip.Progress
  alias Roundtrip.Progress.Formatter

  @switches [
    all: :boolean,
    list: :boolean,
    progress: :boolean,
    reset: :boolean,
    watch: :boolean,
    folder: :string,
    help: :boolean
  ]

  # What a shell reports of a program that wrote into a closed pipe.
  @broken_pipe 141
  @wrong_usage 2

  @impl Mix.Task
  def run(args) do
    # Without a UTF-8 locale the device would print `\\x{2713}` for a check mark.
    :io.setopts(:standard_io, encoding: :unicode)
    quiet_broken_pipe()

    case learn(args, terminal: Terminal.detect()) do
      0 -> :ok
      # Without its output the system cannot even stop in order.
      @broken_pipe -> System.halt(@broken_pipe)
      status -> exit({:shutdown, status})
    end
  end

  @doc """
  Does what the arguments say and returns the exit status.

  Options, so that a test can give its own: `:course`, a list of `{lesson, path}`; `:terminal`
  (nil: a pipe); `:input`, `:output`, `:error`, devices; `:runner`, options of the runner; `:passed`,
  the names of exercises that passed before.
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
  defp dispatch(%{reset: true}, [], options), do: reset(options)

  defp dispatch(%{watch: true}, [], options) do
    refuse("--watch needs a lesson: bin/learn --watch LESSON. --list names them all.", options)
  end

  defp dispatch(_switches, [], options), do: run_all(course(options), options)

  defp dispatch(switches, [lesson], options) do
    course = course(options)
    # A path to the notebook, as the shell completes it, names the lesson too.
    name = Path.basename(lesson, ".livemd")

    case List.keyfind(course, name, 0) do
      nil -> unknown_lesson(lesson, course, options)
      _found when switches.reset -> reset(name, options)
      found when is_map_key(switches, :watch) -> watch(found, course, switches, options)
      found -> read(found, switches, options)
    end
  end

  defp dispatch(_switches, _lessons, options) do
    refuse("One lesson at a time, or none for the whole course. --help tells more.", options)
  end

  defp course(options) do
    with nil <- options[:course] do
      start()
      for lesson <- Roundtrip.lessons(), do: {lesson, Roundtrip.notebook_path(lesson)}
    end
  end

  # Only where the course is asked for: `--help` needs nothing compiled.
  defp start do
    Mix.Task.run("app.start")
    quiet_broken_pipe()
  end

  # Whether an exercise is solved is up to the learner; what a lesson leaves behind in the NIF is a failure.
  defp runner(options) do
    Keyword.get_lazy(options, :runner, fn ->
      [solved: :perhaps, watch: &Roundtrip.live_counts/0]
    end)
  end

  defp list(course, options) do
    notebooks = for {lesson, path} <- course, do: {lesson, Parser.read(path)}

    wide =
      notebooks |> Enum.map(fn {lesson, _} -> String.length(lesson) end) |> Enum.max(fn -> 0 end)

    for {lesson, loaded} <- notebooks do
      say([String.pad_trailing(lesson, wide), "  ", about(loaded), "\n"], options)
    end

    if Enum.all?(notebooks, &match?({_lesson, {:ok, _notebook}}, &1)), do: 0, else: 1
  end

  defp about({:ok, notebook}) do
    "#{notebook.title} (#{Terminal.count(length(notebook.sections), "section")})"
  end

  defp about({:error, [problem | _]}), do: to_string(problem)

  defp progress(options) do
    start()
    say(Enum.map(Formatter.lines(Progress.read(), colour?(options)), &[&1, "\n"]), options)
  end

  defp reset(options) do
    start()
    forgotten(Progress.reset(), "the course", options)
  end

  defp reset(lesson, options), do: forgotten(Progress.reset(lesson), lesson, options)

  defp forgotten({:ok, exercises}, where, options) do
    say([forgotten_text(exercises, where), "\n"], options)

    if File.dir?("exercises"),
      do: say("The files in exercises/ stay as they are.\n", options),
      else: 0
  end

  defp forgotten({:error, why}, _where, options) do
    complain(["Not all could be forgotten: ", why, "\n"], options)
    1
  end

  defp forgotten_text([], where), do: "Nothing of #{where} was remembered."

  defp forgotten_text(exercises, where) do
    count = Terminal.count(length(exercises), "exercise")
    "Forgot #{count} of #{where}: #{Enum.join(exercises, ", ")}"
  end

  # In the form of the summary above it.
  defp passed_text(colour?) do
    label = IO.ANSI.format([:bright, "Passed   "], colour?)
    [label, Formatter.total(Progress.read()), "; bin/learn --progress shows which"]
  end

  defp run_all(course, options) do
    with_notebooks(course, options, fn notebooks ->
      devices = Keyword.take(options, [:terminal, :output])
      reports = Course.run(notebooks, [runner: runner(options)] ++ devices)
      say([passed_text(colour?(options)), "\n"], options)
      status(reports)
    end)
  end

  defp colour?(options), do: options[:terminal] != nil and options[:terminal].colour

  defp read(found, switches, options) do
    pause = options[:terminal] != nil and not Map.get(switches, :all, false)

    with_notebooks([found], options, fn [{_lesson, notebook}] ->
      devices = Keyword.take(options, [:terminal, :input, :output])
      status([Reader.read(notebook, [pause: pause, runner: runner(options)] ++ devices)])
    end)
  end

  defp status(reports), do: if(Enum.all?(reports, &Report.ok?/1), do: 0, else: 1)

  defp watch({lesson, _path} = found, course, switches, options) do
    with_notebooks([found], options, fn [{_lesson, notebook}] ->
      outcome =
        Practice.run(
          notebook,
          [
            folder: Path.join(Map.get(switches, :folder, "exercises"), lesson),
            command: "bin/learn --watch #{lesson}",
            reading: "bin/learn #{lesson}",
            passed: Keyword.get_lazy(options, :passed, &Progress.passed/0)
          ] ++ Keyword.take(options, [:terminal, :input, :output])
        )

      watched(outcome, lesson, course, options)
    end)
  end

  defp watched(:passed, lesson, course, options) do
    names = Enum.map(course, &elem(&1, 0))
    next = names |> Enum.drop_while(&(&1 != lesson)) |> Enum.at(1)
    tail = if next, do: " Next: bin/learn --watch #{next}", else: " It is the last lesson."
    say("All exercises of #{lesson} pass.#{tail}\n", options)
  end

  defp watched(:quit, lesson, _course, options) do
    say("bin/learn --watch #{lesson} goes on from here.\n", options)
  end

  defp watched(:failed, _lesson, _course, _options), do: 1

  defp watched(:none, lesson, _course, options) do
    refuse("#{lesson} has no exercises: bin/learn #{lesson} reads it.", options)
  end

  # Nothing runs before everything can be read.
  defp with_notebooks(course, options, fun) do
    loaded = for {lesson, path} <- course, do: {lesson, Parser.read(path)}

    case for {_lesson, {:error, problems}} <- loaded, problem <- problems, do: problem do
      [] ->
        fun.(for {lesson, {:ok, notebook}} <- loaded, do: {lesson, notebook})

      problems ->
        complain(Enum.map(problems, &[to_string(&1), "\n"]), options)
        1
    end
  end

  defp unknown_lesson(lesson, course, options) do
    names = Enum.map(course, &elem(&1, 0))
    nearest = Enum.max_by(names, &String.jaro_distance(&1, lesson), fn -> nil end)
    hint = if nearest, do: " Did you mean #{nearest}?", else: ""
    refuse("There is no lesson #{lesson}.#{hint} --list names them all.", options)
  end

  defp unknown_option("--livebook", options) do
    refuse("--livebook is an option of bin/learn: call that instead of mix.", options)
  end

  defp unknown_option(option, options) do
    refuse("There is no option #{option}, or it takes no value. --help tells more.", options)
  end

  defp refuse(message, options) do
    complain([message, "\n"], options)
    @wrong_usage
  end

  defp complain(text, options), do: IO.write(Keyword.get(options, :error, :stderr), text)

  defp say(text, options) do
    IO.write(Keyword.get(options, :output, :stdio), text)
    0
  end

  # `bin/learn structs | head -3`: whoever read has had enough. That is no crash to report.
  defp broken_pipe(%ErlangError{original: :terminated}, _stacktrace), do: @broken_pipe
  defp broken_pipe(error, stacktrace), do: reraise(error, stacktrace)

  # Nor is what OTP logs of it. Starting Logger anew takes the filter away: hence twice.
  defp quiet_broken_pipe, do: :logger.add_primary_filter(__MODULE__, {&broken_pipe_event/2, []})

  # The first from OTP 26 and newer, the second from OTP 25.
  defp broken_pipe_event(%{msg: {~c"Writer crashed" ++ _rest, _arguments}}, _extra), do: :stop
  defp broken_pipe_event(%{msg: {:report, %{state: state}}}, _extra), do: user_died(state)
  defp broken_pipe_event(_event, _extra), do: :ignore

  defp user_died(state) when is_tuple(state) and elem(state, 1) == :user_sup, do: :stop
  defp user_died(_state), do: :ignore
end
