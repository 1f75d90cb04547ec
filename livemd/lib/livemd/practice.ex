defmodule Livemd.Practice do
  @moduledoc """
  Lets a reader solve a notebook's exercises in files, one after the other, in any editor.

  Each exercise becomes a file with its stub. The notebook's cells before the exercise are evaluated
  once. Each time the reader saves the file, its code is evaluated instead of the stub, followed by
  the check. When an exercise passes, the next one is shown.

  Every attempt starts from the same state, whatever the previous one did: it has a time limit, and
  its processes and modules are removed. If it ends the process of the notebook, the cells before the
  exercise run again. Only an endless loop in native code, which the VM can't stop, needs Ctrl-C.
  """

  alias Livemd.{Exercise, Notebook, Requirements, Terminal}
  alias Livemd.Practice.{Checkpoints, Console, ExerciseFile, SaveDetector}

  # Milliseconds between two reads of the file.
  @poll 100
  # Milliseconds that a check may take. The code in the file has another limit: it may compile Rust.
  @check_timeout 10_000
  # Milliseconds after which a line says that the check is still running.
  @patience 1_000

  @enforce_keys [:exercises, :checkpoints, :console, :passed, :options]
  defstruct @enforce_keys ++ [at: 0, saves: %SaveDetector{}]

  @typedoc """
    * `:passed` - every exercise that can run on this machine passes;
    * `:quit` - the reader quit, or the input ended;
    * `:failed` - an exercise failed in a pipe, a cell of the notebook failed, or a file could not be
      written;
    * `:none` - the notebook has no exercise.
  """
  @type outcome :: :passed | :quit | :failed | :none

  @doc """
  On a terminal, waits for saves and keys until all exercises have passed. In a pipe, checks each file
  once.

  Options:

    * `:folder` - the folder of the files (`"exercises"`);
    * `:passed` - the names of exercises that passed before (`[]`);
    * `:command`, `:reading` - for the files' headers: the command that the reader has typed, and the
      command that shows the whole notebook;
    * `:terminal` - a `Livemd.Terminal`, or `nil` for a pipe;
    * `:input`, `:output` - devices (`:stdio`);
    * `:runner` - options of `Livemd.Runner.start/2`; its `:timeout` limits the code in a file;
    * `:check_timeout` - milliseconds that a check may take (10_000).
  """
  @spec run(Notebook.t(), keyword()) :: outcome()
  def run(%Notebook{} = notebook, options \\ []) do
    case Enum.filter(Exercise.all(notebook), & &1.check) do
      [] -> :none
      exercises -> run(notebook, exercises, options)
    end
  end

  defp run(notebook, exercises, options) do
    console = Console.new(notebook, options)
    runner = Keyword.get(options, :runner, [])

    lacking =
      for one <- exercises, reason = lacks(one, runner[:toolchains] || []), do: {one, reason}

    for {one, reason} <- lacking, do: Console.warn(console, "#{one.name} is skipped: #{reason}")

    state = %__MODULE__{
      exercises: exercises -- Enum.map(lacking, &elem(&1, 0)),
      checkpoints: Checkpoints.new(notebook, runner),
      console: console,
      passed: MapSet.new(Keyword.get(options, :passed, [])),
      options: options
    }

    {outcome, state} = if console.terminal.live, do: watch(state), else: check_once(state)
    Checkpoints.stop(state.checkpoints)
    outcome
  end

  defp lacks(exercise, toolchains) do
    cells = [exercise.stub | Exercise.rest(exercise)]
    Enum.find_value(cells, &Requirements.missing(&1.code, toolchains))
  end

  # In a pipe

  defp check_once(state) do
    note(state, "This is not a terminal: each file is checked once.")
    {passed, state} = state |> indices() |> Enum.map_reduce(state, &check_one/2)
    note(state, score(state))
    {if(Enum.all?(passed), do: :passed, else: :failed), state}
  end

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
    ended = next_open(%{state | console: console, at: -1})
    Console.stop_keys(console)
    ended
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
    place = "#{state.at + 1} of #{length(state.exercises)}"
    Console.exercise(state.console, current(state), path(state), place)
    write_and_check(state)
  end

  defp write_and_check(state),
    do: if(write(state) == :ok, do: check(state), else: {:failed, state})

  defp check(state) do
    case attempt(state) do
      {:passed, state} -> after_pass(state, passed?(state, state.at))
      {:stopped, state} -> listen(state)
      {:broken, state} -> {:failed, state}
      {:failed, state} -> prepare_again(state)
    end
  end

  defp after_pass(state, true), do: wait(state)

  defp after_pass(state, false) do
    state = remember(state)
    note(state, score(state))
    next_open(state)
  end

  # If the attempt ended the notebook's process, its cells run again while the reader reads why.
  defp prepare_again(state) do
    case prepare(state) do
      {:ok, state} -> wait(state)
      {:broken, state} -> {:failed, state}
    end
  end

  defp wait(state) do
    Console.prompt(state.console, score(state))
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

  defp press(key, state) when key in [:hint, :solution] do
    Console.unfold(state.console, Map.fetch!(current(state), key), Atom.to_string(key))
    wait(state)
  end

  defp press(:next, state), do: move(state, state.at + 1, "This is the last exercise.")
  defp press(:previous, state), do: move(state, state.at - 1, "This is the first exercise.")
  defp press(:check, state), do: check(state)
  defp press(:again, state), do: show(state)

  defp press(:quit, state) do
    note(state, "#{score(state)}; your files are kept.")
    {:quit, state}
  end

  defp press(_help_or_unknown, state) do
    Console.help(state.console)
    wait(state)
  end

  defp move(state, at, end_reached) do
    if at in indices(state) do
      show(%{state | at: at})
    else
      note(state, end_reached)
      wait(state)
    end
  end

  # Checking the current file

  defp write(state) do
    with {:error, text} <- ExerciseFile.write(current(state), path(state), state.options) do
      Console.warn(state.console, text)
      :unwritten
    end
  end

  # Returns `:passed`, `:failed`, `:stopped` by the reader, or `:broken` if a notebook's cell failed.
  defp attempt(state) do
    with {:ok, state} <- prepare(state),
         {:ok, {code, _mtime} = content} <- ExerciseFile.read(path(state)) do
      exercise = current(state)
      cells = [ExerciseFile.cell(exercise, path(state), code) | Exercise.rest(exercise)]
      results = Checkpoints.attempt(state.checkpoints, exercise, cells, limits(state, code))
      judge(results, %{state | saves: SaveDetector.new({:ok, content})})
    else
      {:broken, state} -> {:broken, state}
      {:error, reason} -> unreadable(state, reason)
    end
  end

  defp prepare(state) do
    case Checkpoints.prepare(state.checkpoints, current(state), &tell(&1, state)) do
      {:ok, checkpoints} ->
        {:ok, %{state | checkpoints: checkpoints}}

      {:failed, result, checkpoints} ->
        Console.broken(state.console, result)
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

  defp judge(results, state) do
    case Enum.find(results, &(&1.status != :ok)) do
      nil ->
        Console.passed(state.console, current(state), results)
        {:passed, state}

      %{status: {:failed, %{kind: :stopped}}} ->
        {:stopped, %{state | saves: SaveDetector.new()}}

      %{status: {:skipped, reason}} ->
        Console.warn(state.console, "#{current(state).name} cannot be checked: #{reason}")
        {:failed, state}

      _failed ->
        Console.failed(state.console, current(state), path(state), results)
        {:failed, state}
    end
  end

  # The state

  defp remember(state), do: %{state | passed: MapSet.put(state.passed, current(state).name)}

  defp score(state) do
    passed = state |> indices() |> Enum.count(&passed?(state, &1))
    "#{passed} of #{length(state.exercises)} passed"
  end

  defp indices(state), do: Enum.to_list(0..(length(state.exercises) - 1)//1)
  defp passed?(state, index), do: Enum.at(state.exercises, index).name in state.passed
  defp current(state), do: Enum.at(state.exercises, state.at)

  defp path(state),
    do: ExerciseFile.path(current(state), Keyword.get(state.options, :folder, "exercises"))

  defp note(state, text), do: Console.note(state.console, text)
end
