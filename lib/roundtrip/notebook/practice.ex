defmodule Roundtrip.Notebook.Practice do
  @moduledoc """
  Works on a notebook's exercises in files, one after the other, in any editor.

  Each exercise becomes a file that holds its stub. The cells of the notebook before it are
  evaluated once; at each save the file's code is evaluated after them, in the place of the stub,
  and then the check. An exercise that passes makes room for the next one.

  Whatever the code in a file does, the next save finds everything as it was: an attempt has a time
  limit, and leaves neither processes nor modules behind. Where it ends the process of the notebook,
  the cells before the exercise run again.
  """

  alias Roundtrip.Notebook
  alias Roundtrip.Notebook.Terminal
  alias Roundtrip.Notebook.Practice.{Exercise, Keys, Lesson, Saves, Screen, Sheet}

  # Milliseconds between two looks at the file.
  @poll 100

  # Milliseconds that a check may take; the code in the file may compile something first.
  @check_timeout 10_000

  # Milliseconds of silence before a line says what is going on.
  @patience 1_000

  @typedoc """
    * `:folder` - where the files are (`"exercises"`);
    * `:passed` - the names of exercises that passed before (`[]`);
    * `:on_passed` - called with the name of each that passes;
    * `:command` - what the reader typed, for the files' headers;
    * `:terminal` - a `Roundtrip.Notebook.Terminal`, or nil for a pipe;
    * `:input`, `:output` - devices (`:stdio`);
    * `:runner` - options of `Roundtrip.Notebook.Runner.start/2`; its `:timeout` is the limit of the
      code in a file;
    * `:check_timeout` - milliseconds that a check may take (#{@check_timeout}).
  """
  @type option ::
          {:folder, Path.t()}
          | {:passed, [String.t()]}
          | {:on_passed, (String.t() -> term())}
          | {:command, String.t()}
          | {:terminal, Terminal.t() | nil}
          | {:input, IO.device()}
          | {:output, IO.device()}
          | {:runner, keyword()}
          | {:check_timeout, timeout()}

  @typedoc """
  `:passed` - every exercise that can run here; `:quit` - the reader had enough, or the input ended;
  `:failed` - in a pipe, an exercise does not pass; anywhere, no file can be written or a cell of the
  notebook fails; `:none` - there is no exercise.
  """
  @type outcome :: :passed | :quit | :failed | :none

  @enforce_keys [:exercises, :lesson, :screen, :passed, :options]
  defstruct [:exercises, :lesson, :screen, :passed, :options, keys: nil, saves: %Saves{}, at: 0]

  @doc """
  On a terminal, waits for saves and keys until all exercises have passed. In a pipe, where nobody
  types, it checks each file once.
  """
  @spec run(Notebook.t(), [option()]) :: outcome()
  def run(%Notebook{} = notebook, options \\ []) do
    case Exercise.all(notebook) do
      [] -> :none
      exercises -> run(notebook, exercises, options)
    end
  end

  defp run(notebook, exercises, options) do
    screen = Screen.new(notebook, options)
    {able, unable} = Enum.split_with(exercises, &(Exercise.lacks(&1) == nil))
    for one <- unable, do: Screen.warn(screen, "#{one.name} is skipped: #{Exercise.lacks(one)}")

    state = %__MODULE__{
      exercises: able,
      lesson: Lesson.new(notebook, Keyword.get(options, :runner, [])),
      screen: screen,
      passed: MapSet.new(Keyword.get(options, :passed, [])),
      options: options
    }

    {outcome, state} = if screen.live, do: watch(state), else: check_once(state)
    Lesson.stop(state.lesson)
    outcome
  end

  defp check_once(state) do
    Screen.note(state.screen, "This is no terminal: each file is checked once.")
    {passed, state} = state |> indices() |> Enum.map_reduce(state, &check_one/2)
    Screen.note(state.screen, score(state))
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

  defp watch(state) do
    state = %{state | keys: Keys.start(Keyword.get(state.options, :input, :stdio)), at: -1}
    ended = go_on(state)
    Keys.stop(state.keys)
    ended
  end

  # To the first that has not passed, from here on and then from the beginning.
  defp go_on(state) do
    {before, behind} = state |> indices() |> Enum.split(state.at + 1)

    case Enum.find(behind ++ before, &(not passed?(state, &1))) do
      nil -> {:passed, state}
      index -> show(%{state | at: index})
    end
  end

  defp show(state) do
    place = "#{state.at + 1} of #{length(state.exercises)}"
    Screen.exercise(state.screen, current(state), path(state), place)
    if write(state) == :ok, do: check(state), else: {:failed, state}
  end

  defp check(state) do
    case state |> attempt() |> recover() do
      {:passed, state} -> if passed?(state, state.at), do: wait(state), else: next(state)
      {:broken, state} -> {:failed, state}
      {:stopped, state} -> listen(state)
      {:failed, state} -> wait(state)
    end
  end

  defp next(state) do
    state = remember(state)
    Screen.note(state.screen, score(state))
    go_on(state)
  end

  defp wait(state) do
    Screen.prompt(state.screen, score(state))
    listen(state)
  end

  defp listen(state) do
    case Keys.await(state.keys, @poll) do
      nil -> look(state)
      key -> press(key, state)
    end
  end

  defp look(state) do
    {seen, saves} = Saves.see(state.saves, Sheet.read(path(state)))
    state = %{state | saves: saves}

    case {seen, saves.taken} do
      {:quiet, _content} -> listen(state)
      {:saved, {:error, :enoent}} -> restore(state)
      {:saved, _content} -> state |> note_save() |> check()
    end
  end

  # The same verdict once more would look as if nothing had happened.
  defp note_save(state) do
    time = NaiveDateTime.local_now() |> NaiveDateTime.to_time()
    Screen.note(state.screen, "saved at #{time}")
    state
  end

  defp restore(state) do
    Screen.note(state.screen, "#{path(state)} is gone, and is written anew.")
    if write(state) == :ok, do: check(state), else: {:failed, state}
  end

  defp press(:hint, state) do
    Screen.unfold(state.screen, current(state).hint, "hint")
    wait(state)
  end

  defp press(:solution, state) do
    Screen.unfold(state.screen, current(state).solution, "solution")
    wait(state)
  end

  defp press(:next, state), do: move(state, state.at + 1, "This is the last exercise.")
  defp press(:previous, state), do: move(state, state.at - 1, "This is the first exercise.")
  defp press(:check, state), do: check(state)
  defp press(:again, state), do: show(state)

  defp press(:quit, state) do
    Screen.note(state.screen, "#{score(state)}; the files stay where they are.")
    {:quit, state}
  end

  defp press(_help_or_unknown, state) do
    Screen.keys(state.screen)
    wait(state)
  end

  defp move(state, at, end_reached) do
    if at in indices(state) do
      show(%{state | at: at})
    else
      Screen.note(state.screen, end_reached)
      wait(state)
    end
  end

  defp write(state) do
    with {:error, text} <- Sheet.write(current(state), path(state), state.options[:command]) do
      Screen.warn(state.screen, text)
      :unwritten
    end
  end

  # The file as it is now, judged and told.
  defp attempt(state) do
    with {:ok, state} <- prepare(state),
         {:ok, {code, _time} = content} <- Sheet.read(path(state)) do
      state = %{state | saves: Saves.new({:ok, content})}
      cells = [Sheet.cell(current(state), path(state), code) | current(state).cells]
      judge(Lesson.attempt(state.lesson, current(state), cells, limits(state, code)), state)
    else
      {:broken, state} -> {:broken, state}
      {:error, reason} -> unread(state, reason)
    end
  end

  # While the reader still reads why, and not at the next save.
  defp recover({verdict, state}) when verdict in [:failed, :stopped] do
    with true <- Lesson.state(state.lesson, current(state)) == :lost,
         {:broken, state} <- prepare(state) do
      {:broken, state}
    else
      false -> {verdict, state}
      {:ok, state} -> {verdict, state}
    end
  end

  defp recover(other), do: other

  defp prepare(state) do
    case Lesson.state(state.lesson, current(state)) do
      :lost ->
        Screen.note(state.screen, "That has ended the lesson's process: its cells run again.")

      {:ahead, 0} ->
        :ok

      {:ahead, n} ->
        Screen.progress(state.screen, "running #{cells(n)} of the lesson, once ...")

      :ready ->
        :ok
    end

    case Lesson.prepare(state.lesson, current(state)) do
      {:ok, lesson} ->
        {:ok, %{state | lesson: lesson}}

      {:failed, result, lesson} ->
        Screen.broken(state.screen, result)
        {:broken, %{state | lesson: lesson}}
    end
  end

  defp cells(number), do: Terminal.count(number, "cell")

  # A file that is gone for good is seen, and said, a moment later.
  defp unread(state, :enoent), do: {:failed, %{state | saves: Saves.new()}}

  defp unread(state, reason) do
    why = if reason == :no_text, do: "it is not UTF-8", else: :file.format_error(reason)
    Screen.warn(state.screen, "#{path(state)} cannot be read: #{why}")
    {:failed, %{state | saves: Saves.new({:error, reason})}}
  end

  defp limits(state, code) do
    limit = Keyword.get(state.options, :check_timeout, @check_timeout)
    [check_timeout: limit, go_on?: state.keys && (&go_on?(state, code, &1))]
  end

  # Nobody has to wait for the end of what a newer save replaces.
  defp go_on?(state, code, passed) do
    if passed >= @patience,
      do: Screen.progress(state.screen, "checking, #{div(passed, 1000)} s ...")

    not Keys.quit?(state.keys) and not replaced?(path(state), code)
  end

  defp replaced?(path, code) do
    case Sheet.read(path) do
      {:ok, {newer, _time}} -> newer != code
      {:error, _reason} -> false
    end
  end

  defp judge(results, state) do
    case Enum.find(results, &(&1.status != :ok)) do
      nil ->
        Screen.passed(state.screen, current(state), results)
        {:passed, state}

      %{status: {:failed, %{kind: :stopped}}} ->
        {:stopped, %{state | saves: Saves.new()}}

      %{status: {:skipped, reason}} ->
        Screen.warn(state.screen, "#{current(state).name} cannot be checked: #{reason}")
        {:failed, state}

      _failed ->
        Screen.failed(state.screen, current(state), path(state), results)
        {:failed, state}
    end
  end

  defp remember(state) do
    name = current(state).name
    if on_passed = state.options[:on_passed], do: on_passed.(name)
    %{state | passed: MapSet.put(state.passed, name)}
  end

  defp score(state) do
    passed = state |> indices() |> Enum.count(&passed?(state, &1))
    "#{passed} of #{length(state.exercises)} passed"
  end

  defp indices(state), do: Enum.to_list(0..(length(state.exercises) - 1)//1)
  defp passed?(state, index), do: Enum.at(state.exercises, index).name in state.passed
  defp current(state), do: Enum.at(state.exercises, state.at)

  defp path(state) do
    Sheet.path(current(state), Keyword.get(state.options, :folder, "exercises"))
  end
end
