defmodule Livemd.Watch do
  @moduledoc false
  # Counters before and after a notebook. What a dead process held is freed a moment after its end,
  # so a difference counts only when it lasts.

  alias Livemd.Notebook
  alias Livemd.Failure

  @patience 2_000
  @pause 10

  @type t :: {fun(), map()} | nil

  @spec start(fun() | nil) :: t()
  def start(nil), do: nil
  def start(fun), do: {fun, fun.()}

  @spec stop(t(), Notebook.t()) :: [Failure.t()]
  def stop(nil, _notebook), do: []

  def stop({fun, before}, notebook) do
    deadline = System.monotonic_time(:millisecond) + @patience

    for {name, was, is} <- settle(fun, before, deadline) do
      text =
        "#{inspect(name)} was #{inspect(was)} before the notebook and is #{inspect(is)} after it"

      %Failure{kind: :leak, line: last_line(notebook), plain: text}
    end
  end

  defp settle(fun, before, deadline) do
    :erlang.garbage_collect()
    differences = differences(before, fun.())

    if differences == [] or System.monotonic_time(:millisecond) > deadline do
      differences
    else
      receive do
      after
        @pause -> settle(fun, before, deadline)
      end
    end
  end

  defp differences(before, now) do
    names = Enum.uniq(Map.keys(before) ++ Map.keys(now))
    for name <- names, before[name] != now[name], do: {name, before[name], now[name]}
  end

  defp last_line(notebook) do
    case List.last(Notebook.cells(notebook)) do
      nil -> 1
      cell -> cell.line
    end
  end
end
