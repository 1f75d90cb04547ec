defmodule Livemd.Practice do
  @moduledoc """
  Works on a notebook's exercises in files, one after the other, in any editor.

  Each exercise becomes a file that holds its stub. The cells of the notebook before it are
  evaluated once; at each save the file's code is evaluated after them, in the place of the stub,
  and then the check. An exercise that passes makes room for the next one.

  Whatever the code in a file does, the next save finds everything as it was: an attempt has a time
  limit, and leaves neither processes nor modules behind. Where it ends the process of the notebook,
  the cells before the exercise run again. Only an endless loop in native code, which nothing in the
  VM can stop, needs Ctrl-C.
  """

  import Livemd.Practice.Session, except: [new: 4]

  alias Livemd.Notebook
  alias Livemd.Terminal
  alias Livemd.Practice.{Exercise, Keys, Lesson, Saves, Screen, Session, Sheet}

  # Milliseconds between two looks at the file.
  @poll 100

  @typedoc """
    * `:folder` - where the files are (`"exercises"`);
    * `:passed` - the names of exercises that passed before (`[]`);
    * `:on_passed` - called with the name of each that passes;
    * `:command` - what the reader typed, and `:reading`, what shows the whole notebook, both for the
      files' headers;
    * `:terminal` - a `Livemd.Terminal`, or nil for a pipe;
    * `:input`, `:output` - devices (`:stdio`);
    * `:runner` - options of `Livemd.Runner.start/2`; its `:timeout` is the limit of the
      code in a file;
    * `:check_timeout` - milliseconds that a check may take (10_000).
  """
  @type option ::
          {:folder, Path.t()}
          | {:passed, [String.t()]}
          | {:on_passed, (String.t() -> term())}
          | {:command, String.t()}
          | {:reading, String.t()}
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

    state = Session.new(notebook, able, screen, options)
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
end
