defmodule Livemd.Terminal.Result do
  @moduledoc """
  Prints what became of a cell: its output, its value, how many assertions held, or why it failed.

  An exercise whose check fails by an assertion is not an error: it waits for its solution.
  """

  alias Livemd.Notebook
  alias Livemd.{CellResult, Failure, Terminal}
  alias Livemd.Terminal.Lines

  @doc "The lines below a cell; none where there is nothing to say."
  @spec lines(CellResult.t(), Notebook.t(), Terminal.t()) :: [IO.chardata()]
  def lines(result, notebook, terminal) do
    warnings(result, terminal) ++ output(result, terminal) ++ status(result, notebook, terminal)
  end

  @doc "The name of the exercise that waits, if the cell is the check of one that failed."
  @spec waiting(CellResult.t()) :: String.t() | nil
  def waiting(%{cell: %{kind: {:check, name}, continue_on_error: true}, status: status}) do
    if match?({:failed, %Failure{}}, status), do: name
  end

  def waiting(_result), do: nil

  defp warnings(result, terminal) do
    for warning <- result.warnings, line <- split(warning) do
      Lines.style(line, [:yellow], terminal.colour)
    end
  end

  defp output(%{output: output}, terminal) do
    for line <- split(output), do: [Lines.style("│ ", [:faint], terminal.colour), line]
  end

  defp status(%{status: :ok} = result, _notebook, terminal) do
    value(result, terminal) ++ held(result, terminal)
  end

  defp status(%{status: {:failed, failure}} = result, notebook, terminal) do
    case waiting(result) do
      nil -> failed(failure, notebook, terminal)
      exercise -> waiting(exercise, failure, terminal)
    end
  end

  defp status(%{status: {:skipped, reason}}, _notebook, terminal) do
    [Lines.style(["- skipped: ", reason], [:yellow], terminal.colour)]
  end

  defp status(%{status: :aborted}, _notebook, terminal) do
    [Lines.style("- not run: an earlier cell failed", [:yellow], terminal.colour)]
  end

  # The value of an assertion that held says nothing that the count does not.
  defp value(%{value: nil}, _terminal), do: []
  defp value(%{assertions: held, value: "true"}, _terminal) when held > 0, do: []

  # A function prints as a number of its own, which nobody can read anything from.
  defp value(%{value: "#Function<" <> _}, _terminal), do: []

  defp value(%{value: value}, terminal) do
    [first | rest] = split(value)
    [[Lines.style("=> ", [:faint], terminal.colour), first] | Enum.map(rest, &["   ", &1])]
  end

  defp held(%{assertions: 0}, _terminal), do: []

  defp held(%{assertions: held}, terminal) do
    text = "✓ #{Terminal.count(held, "assertion")} held"
    [Lines.style(text, [:green], terminal.colour)]
  end

  # Without the red of a failure: there is nothing wrong.
  defp waiting(exercise, failure, terminal) do
    heading =
      Lines.style("… #{exercise} is waiting for your solution", [:yellow], terminal.colour)

    [heading | failure.plain |> split() |> Enum.map(&["  ", &1])]
  end

  defp failed(failure, notebook, terminal) do
    [first | rest] = failure |> Failure.format(notebook, colours: terminal.colour) |> split()

    [[Lines.style("✗ ", [:red], terminal.colour), first] | Enum.map(rest, &["  ", &1])]
  end

  defp split(""), do: []
  defp split(text), do: text |> String.trim_trailing("\n") |> String.split("\n")
end
