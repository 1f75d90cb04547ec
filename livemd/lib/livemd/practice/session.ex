defmodule Livemd.Practice.Session do
  @moduledoc false
  # Where a reader stands: the exercises, which of them have passed, and the one at hand, whose file
  # is judged here.

  alias Livemd.Notebook
  alias Livemd.Terminal
  alias Livemd.Practice.{Exercise, Keys, Lesson, Saves, Screen, Sheet}

  # Milliseconds that a check may take; the code in the file may compile something first.
  @check_timeout 10_000

  # Milliseconds of silence before a line says what is going on.
  @patience 1_000

  @enforce_keys [:exercises, :lesson, :screen, :passed, :options]
  defstruct [:exercises, :lesson, :screen, :passed, :options, keys: nil, saves: %Saves{}, at: 0]

  @type t :: %__MODULE__{
          exercises: [Exercise.t()],
          lesson: Lesson.t(),
          screen: Screen.t(),
          passed: MapSet.t(String.t()),
          options: keyword(),
          keys: Keys.t() | nil,
          saves: Saves.t(),
          at: integer()
        }

  @spec new(Notebook.t(), [Exercise.t()], Screen.t(), keyword()) :: t()
  def new(notebook, exercises, screen, options) do
    %__MODULE__{
      exercises: exercises,
      lesson: Lesson.new(notebook, Keyword.get(options, :runner, [])),
      screen: screen,
      passed: MapSet.new(Keyword.get(options, :passed, [])),
      options: options
    }
  end

  @doc "Writes the file, unless it is there; says why where it cannot."
  @spec write(t()) :: :ok | :unwritten
  def write(state) do
    with {:error, text} <- Sheet.write(current(state), path(state), state.options) do
      Screen.warn(state.screen, text)
      :unwritten
    end
  end

  @doc "Judges the file as it is now, and tells."
  @spec attempt(t()) :: {:passed | :failed | :stopped | :broken, t()}
  def attempt(state) do
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

  @doc """
  Runs the lesson again where a failed attempt has ended its process: while the reader still reads
  why, and not at the next save.
  """
  @spec recover({atom(), t()}) :: {atom(), t()}
  def recover({:failed, state}) do
    with :lost <- Lesson.state(state.lesson, current(state)),
         {:broken, state} <- prepare(state) do
      {:broken, state}
    else
      {:ok, state} -> {:failed, state}
      _ready -> {:failed, state}
    end
  end

  def recover(other), do: other

  @doc "Notes that the exercise at hand has passed."
  @spec remember(t()) :: t()
  def remember(state) do
    name = current(state).name
    if on_passed = state.options[:on_passed], do: on_passed.(name)
    %{state | passed: MapSet.put(state.passed, name)}
  end

  @doc "How many have passed, as a phrase."
  @spec score(t()) :: String.t()
  def score(state) do
    passed = state |> indices() |> Enum.count(&passed?(state, &1))
    "#{passed} of #{length(state.exercises)} passed"
  end

  @doc "The places of the exercises, from 0."
  @spec indices(t()) :: [non_neg_integer()]
  def indices(state), do: Enum.to_list(0..(length(state.exercises) - 1)//1)

  @doc "Whether the exercise in that place has passed."
  @spec passed?(t(), non_neg_integer()) :: boolean()
  def passed?(state, index), do: Enum.at(state.exercises, index).name in state.passed

  @doc "The exercise at hand."
  @spec current(t()) :: Exercise.t()
  def current(state), do: Enum.at(state.exercises, state.at)

  @doc "Its file."
  @spec path(t()) :: Path.t()
  def path(state) do
    Sheet.path(current(state), Keyword.get(state.options, :folder, "exercises"))
  end

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
end
