defmodule Livemd.Practice do
  @moduledoc """
  Lets a reader solve the exercises of notebooks in files, one after the other, in any editor.

  Each exercise becomes a file with its stub. The notebook's cells before the exercise are evaluated
  once. Each time the reader saves the file, its code is evaluated instead of the stub, followed by
  the check. An exercise that passes stays on the screen until the reader goes on to the next.

  Every attempt starts from the same state, whatever the previous one did: it has a time limit, and
  its processes and modules are removed. If it ends the process of the notebook, the cells before the
  exercise run again. Only an endless loop in native code, which the VM can't stop, needs Ctrl-C.

  Native code can also end the whole VM. So the program that starts the VM can pass a folder as
  `:crashes`, append the VM's standard error to the file `stderr` in it, and start another VM if this one
  has left the file `attempt` there. The new one shows the same exercise, says that the code in its file
  has ended the VM, and waits for a save. Of standard error, it shows only what was written by an attempt
  that failed.
  """

  alias Livemd.{Exercise, Notebook, Requirements, Terminal}

  alias Livemd.Practice.{
    Checkpoints,
    Console,
    Crash,
    ExerciseFile,
    Overview,
    Places,
    SaveDetector
  }

  # Milliseconds between two reads of the file.
  @poll 100
  # Milliseconds that a check may take. The code in the file has another limit: it may compile Rust.
  @check_timeout 10_000
  # Milliseconds after which a line says that the check is still running.
  @patience 1_000

  @enforce_keys [:course, :items, :skipped, :console, :passed, :options, :crashes]
  defstruct @enforce_keys ++ [lesson: nil, checkpoints: nil, at: 0, saves: %SaveDetector{}]

  @typedoc """
    * `:passed` - every exercise that can run on this machine passes;
    * `:quit` - the reader quit, or the input ended;
    * `:failed` - an exercise failed in a pipe, a cell of a notebook failed, or a file could not be
      written;
    * `:none` - there is no exercise.
  """
  @type outcome :: :passed | :quit | :failed | :none

  @doc """
  Takes the notebooks, each with the name of its lesson. On a terminal, starts with the first exercise
  that hasn't passed, and waits for saves and keys until all have passed. In a pipe, checks each file
  once.

  Options:

    * `:folder` - the folder of the files (`"exercises"`), which has a folder for each lesson;
    * `:passed` - the names of exercises that passed before (`[]`);
    * `:exercise` - the name of the exercise to start with on a terminal, and of the only one that is
      checked in a pipe (`nil`);
    * `:command` - for the files' headers: the command that the reader has typed;
    * `:reading` - for the files' headers: a function that returns the command which shows a lesson;
    * `:crashes` - a folder shared with the program that has started the VM (`nil`);
    * `:terminal` - a `Livemd.Terminal`, or `nil` for a pipe;
    * `:input`, `:output` - devices (`:stdio`);
    * `:runner` - options of `Livemd.Runner.start/2`; its `:timeout` limits the code in a file;
    * `:check_timeout` - milliseconds that a check may take (10_000).
  """
  @spec run([{lesson :: String.t(), Notebook.t()}], keyword()) :: outcome()
  def run(course, options \\ []) do
    folder = Keyword.get(options, :folder, "exercises")

    items =
      for {lesson, notebook} <- course,
          %{check: %{}} = exercise <- Exercise.all(notebook),
          path = ExerciseFile.path(exercise, Path.join(folder, lesson)),
          do: %{lesson: lesson, notebook: notebook, exercise: exercise, path: path}

    if items == [], do: :none, else: run(course, items, options)
  end

  @doc """
  Gives an exercise's file its stub again, and keeps the one that the reader has under another name.
  Returns the path of the file, and that name or `nil`.
  """
  @spec restart(Exercise.t(), String.t(), keyword()) ::
          {:ok, {Path.t(), Path.t() | nil}} | {:error, String.t()}
  def restart(exercise, lesson, options) do
    path = ExerciseFile.path(exercise, Path.join(options[:folder], lesson))

    with {:ok, kept} <- ExerciseFile.set_aside(path),
         :ok <- ExerciseFile.write(exercise, path, header(lesson, options)),
         do: {:ok, {path, kept}}
  end

  @doc """
  Renames a file or folder to a name that is free, such as `exercises/structs.old`, and returns that name,
  or `nil` if there is no such file or folder.
  """
  @spec set_aside(Path.t()) :: {:ok, Path.t() | nil} | {:error, String.t()}
  defdelegate set_aside(path), to: ExerciseFile

  defp run(course, items, options) do
    console = Console.new(options)
    toolchains = get_in(options, [:runner, :toolchains]) || []
    reasons = for item <- items, reason = lacks(item.exercise, toolchains), do: {item, reason}

    for {reason, lacking} <- Enum.group_by(reasons, &elem(&1, 1), &elem(&1, 0)),
        do: Console.warn(console, "#{skipped(lacking)} skipped: #{reason}")

    state = %__MODULE__{
      course: course,
      items: items -- Enum.map(reasons, &elem(&1, 0)),
      skipped: for({item, _reason} <- reasons, do: item.exercise.name),
      console: console,
      passed: MapSet.new(Keyword.get(options, :passed, [])),
      options: options,
      crashes: options[:crashes]
    }

    {outcome, state} = if console.terminal.live, do: watch(state), else: check_once(state)
    if state.checkpoints, do: Checkpoints.stop(state.checkpoints)
    Crash.forget(state.crashes)
    outcome
  end

  defp skipped([item]), do: "#{item.exercise.name} is"
  defp skipped(items), do: "#{Terminal.count(length(items), "exercise")} are"

  defp lacks(exercise, toolchains) do
    cells = [exercise.stub | Exercise.rest(exercise)]
    Enum.find_value(cells, &Requirements.missing(&1.code, toolchains))
  end

  # In a pipe

  defp check_once(state) do
    note(state, "This is not a terminal: each file is checked once.")
    state = %{state | items: Enum.filter(state.items, &chosen?(&1, state))}
    before = count(state, state.items)
    {passed, state} = state |> indices() |> Enum.map_reduce(state, &check_one/2)
    now = Enum.count(passed, & &1)
    remembered = if now < before, do: " (#{before} have passed before)", else: ""
    note(state, "#{now} of #{length(passed)} pass now#{remembered}")
    {if(Enum.all?(passed), do: :passed, else: :failed), state}
  end

  defp chosen?(item, %{options: options}),
    do: options[:exercise] in [nil, item.exercise.name]

  defp check_one(index, state) do
    state = %{state | at: index}

    with :ok <- write(state),
         {:passed, state} <- attempt(state) do
      {true, remember(state)}
    else
      :unwritten -> {false, state}
      {_verdict, state} -> {false, state}
    end
  end

  # On a terminal

  defp watch(state) do
    console = Console.start_keys(state.console)
    ended = first(%{state | console: console, at: -1}, Crash.last(state.crashes))
    Console.stop_keys(console)
    ended
  end

  defp first(state, nil) do
    case state.options[:exercise] && Enum.find_index(state.items, &chosen?(&1, state)) do
      nil -> next_open(state)
      index -> show(%{state | at: index})
    end
  end

  # The exercise isn't checked before its file changes: it would end this VM, too.
  defp first(state, crash) do
    case Enum.find_index(state.items, &(&1.exercise.name == crash.exercise)) do
      nil ->
        next_open(state)

      index ->
        state = %{state | at: index}
        introduce(state)

        code =
          with {:ok, {code, _mtime}} <- ExerciseFile.read(path(state)), do: code, else: (_ -> "")

        text = Places.translate(crash.text, path(state), code)
        Console.crashed(state.console, current(state), path(state), %{crash | text: text})
        wait(%{state | saves: SaveDetector.new(ExerciseFile.read(path(state)))})
    end
  end

  # Shows the next exercise that hasn't passed, or else the first one.
  defp next_open(state) do
    {before, later} = state |> indices() |> Enum.split(state.at + 1)

    case Enum.find(later ++ before, &(not passed?(state, &1))) do
      nil -> {:passed, state}
      index -> show(%{state | at: index})
    end
  end

  defp show(state) do
    introduce(state)
    write_and_check(state)
  end

  defp introduce(state) do
    place = "#{state.at + 1} of #{length(state.items)}"
    Console.exercise(state.console, current(state), path(state), place)
  end

  defp write_and_check(state),
    do: if(write(state) == :ok, do: check(state), else: {:failed, state})

  defp check(state) do
    case attempt(state) do
      {:passed, state} -> wait(remember(state))
      {:stopped, state} -> listen(state)
      {:broken, state} -> {:failed, state}
      {:failed, state} -> prepare_again(state)
    end
  end

  # If the attempt ended the notebook's process, its cells run again while the reader reads why.
  defp prepare_again(state) do
    case prepare(state) do
      {:ok, state} -> wait(state)
      {:broken, state} -> {:failed, state}
    end
  end

  defp wait(state) do
    Console.prompt(state.console, bars(state), passed?(state, state.at))
    listen(state)
  end

  defp listen(state) do
    case Console.await_key(state.console, @poll) do
      nil -> look(state)
      key -> press(key, state)
    end
  end

  defp look(state) do
    {seen, saves} = SaveDetector.see(state.saves, ExerciseFile.read(path(state)))
    state = %{state | saves: saves}

    case {seen, saves.taken} do
      {:quiet, _content} ->
        listen(state)

      {:saved, {:error, :enoent}} ->
        note(state, "#{path(state)} was deleted and is written again.")
        write_and_check(state)

      {:saved, _content} ->
        # The time shows that the file was checked again, even if the verdict is the same.
        note(state, "saved at #{NaiveDateTime.to_time(NaiveDateTime.local_now())}")
        check(state)
    end
  end

  defp press(:solution, state) do
    # The reader can compare the two.
    with true <- passed?(state, state.at),
         {:ok, {code, _}} <- ExerciseFile.read(path(state)),
         do: Console.code(state.console, path(state), code)

    unfold(:solution, state)
  end

  defp press(:hint, state), do: unfold(:hint, state)
  defp press(:next, state), do: move(state, state.at + 1, "This is the last exercise.")
  defp press(:previous, state), do: move(state, state.at - 1, "This is the first exercise.")
  defp press(:run, state), do: check(state)

  defp press(:go_on, state),
    do: if(passed?(state, state.at), do: next_open(state), else: show(state))

  defp press(:list, state) do
    lessons =
      for {lesson, notebook} <- state.course, Enum.any?(state.items, &(&1.lesson == lesson)) do
        marks = [passed: state.passed, skipped: state.skipped, current: current(state).name]
        {lesson, Overview.exercises(notebook, state.console.terminal, marks)}
      end

    Console.lists(state.console, lessons)
    wait(state)
  end

  defp press(:quit, state) do
    note(state, "#{score(state)}; your files are kept.")
    {:quit, state}
  end

  defp press(_help_or_unknown, state) do
    Console.help(state.console)
    wait(state)
  end

  defp unfold(which, state) do
    Console.unfold(state.console, Map.fetch!(current(state), which), Atom.to_string(which))
    wait(state)
  end

  # After the last exercise the course ends if all have passed.
  defp move(state, at, end_reached) do
    cond do
      at in indices(state) ->
        show(%{state | at: at})

      at > state.at and Enum.all?(indices(state), &passed?(state, &1)) ->
        {:passed, state}

      true ->
        note(state, end_reached)
        wait(state)
    end
  end

  # Checking the current file

  defp write(state) do
    header = header(item(state).lesson, state.options)

    with {:error, text} <- ExerciseFile.write(current(state), path(state), header) do
      Console.warn(state.console, text)
      :unwritten
    end
  end

  # Returns `:passed`, `:failed`, `:stopped` by the reader, or `:broken` if a notebook's cell failed.
  defp attempt(state) do
    Crash.forget(state.crashes)

    with {:ok, state} <- prepare(state),
         {:ok, {code, _mtime} = content} <- ExerciseFile.read(path(state)) do
      exercise = current(state)
      cells = [ExerciseFile.cell(exercise, path(state), code) | Exercise.rest(exercise)]

      attempt = fn ->
        Checkpoints.attempt(state.checkpoints, exercise, cells, limits(state, code))
      end

      {results, stderr} = Crash.during(state.crashes, exercise.name, attempt)
      judge(results, stderr, code, %{state | saves: SaveDetector.new({:ok, content})})
    else
      {:broken, state} -> {:broken, state}
      {:error, reason} -> unreadable(state, reason)
    end
  end

  # Two notebooks may define the same module, so only one is loaded.
  defp prepare(state) do
    %{lesson: lesson, notebook: notebook} = item(state)

    if lesson == state.lesson do
      prepare_exercise(state)
    else
      if state.checkpoints, do: Checkpoints.stop(state.checkpoints)
      checkpoints = Checkpoints.new(notebook, Keyword.get(state.options, :runner, []))
      prepare_exercise(%{state | lesson: lesson, checkpoints: checkpoints})
    end
  end

  defp prepare_exercise(state) do
    case Checkpoints.prepare(state.checkpoints, current(state), &tell(&1, state)) do
      {:ok, checkpoints} ->
        {:ok, %{state | checkpoints: checkpoints}}

      {:failed, result, checkpoints} ->
        Console.broken(state.console, item(state).notebook, result)
        {:broken, %{state | checkpoints: checkpoints}}
    end
  end

  defp tell(:lost, state),
    do: note(state, "Your code ended the lesson's process: its cells run again.")

  defp tell(0, _state), do: :ok

  defp tell(n, state) do
    cells = Terminal.count(n, "cell")
    Console.progress(state.console, "running #{cells} of the lesson, once ...")
  end

  # An editor may replace the file at this moment: `watch` reports it if it stays missing.
  defp unreadable(state, :enoent), do: {:failed, %{state | saves: SaveDetector.new()}}

  defp unreadable(state, reason) do
    why = if reason == :not_utf8, do: "it is not UTF-8", else: :file.format_error(reason)
    Console.warn(state.console, "#{path(state)} cannot be read: #{why}")
    {:failed, %{state | saves: SaveDetector.new({:error, reason})}}
  end

  defp limits(state, code) do
    limit = Keyword.get(state.options, :check_timeout, @check_timeout)
    [check_timeout: limit, go_on?: state.console.reader && (&go_on?(state, code, &1))]
  end

  # Stops an attempt when the file is saved again or the reader quits.
  defp go_on?(state, code, passed) do
    if passed >= @patience,
      do: Console.progress(state.console, "checking, #{div(passed, 1000)} s ...")

    replaced? =
      case ExerciseFile.read(path(state)) do
        {:ok, {newer, _mtime}} -> newer != code
        {:error, _reason} -> false
      end

    not replaced? and not Console.quit?(state.console)
  end

  defp judge(results, stderr, code, state) do
    translate = &Places.translate(&1, path(state), code)

    case Enum.find(results, &(&1.status != :ok)) do
      nil ->
        Console.passed(state.console, current(state), results, translate)
        {:passed, state}

      %{status: {:failed, %{kind: :stopped}}} ->
        {:stopped, %{state | saves: SaveDetector.new()}}

      %{status: {:skipped, reason}} ->
        Console.warn(state.console, "#{current(state).name} cannot be checked: #{reason}")
        {:failed, state}

      _failed ->
        panics = stderr |> translate.() |> Places.own_panics(path(state))
        Console.failed(state.console, item(state), results, panics, translate)
        {:failed, state}
    end
  end

  # The state

  defp remember(state), do: %{state | passed: MapSet.put(state.passed, current(state).name)}

  defp score(state), do: "#{count(state, state.items)} of #{length(state.items)} passed"

  defp bars(state) do
    own = Enum.filter(state.items, &(&1.lesson == item(state).lesson))
    rows = [{item(state).lesson, own}, {"all lessons", state.items}]
    rows = if length(own) == length(state.items), do: Enum.take(rows, 1), else: rows
    for {label, items} <- rows, do: {label, count(state, items), length(items)}
  end

  defp count(state, items), do: Enum.count(items, &(&1.exercise.name in state.passed))
  defp indices(state), do: Enum.to_list(0..(length(state.items) - 1)//1)
  defp passed?(state, index), do: Enum.at(state.items, index).exercise.name in state.passed
  defp item(state), do: Enum.at(state.items, state.at)
  defp current(state), do: item(state).exercise
  defp path(state), do: item(state).path

  defp header(lesson, options) do
    [command: options[:command], reading: options[:reading] && options[:reading].(lesson)]
  end

  defp note(state, text), do: Console.note(state.console, text)
end
