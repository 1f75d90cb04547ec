defmodule Livemd.Failure do
  @moduledoc """
  Why a cell, or the whole notebook, failed.

  The text is made where the failure happened, plain and coloured, so that nothing outside of the
  notebook's processes holds a term of theirs. `line` is a line of the notebook, or of the file
  `path` where there is one.
  """

  alias Livemd.Notebook

  @enforce_keys [:kind, :line, :plain]
  defstruct [:kind, :line, :plain, :coloured, :path]

  @typedoc """
  `:assertion` - an `ExUnit.AssertionError`; `:error` - anything else raised, thrown or exited, or
  that did not compile; `:timeout`; `:stopped` - nobody wanted to wait for its end; `:exit` - the
  notebook's process died; `:exercise` - a check that passes too early or crashes, a missing
  solution; `:leak` - a watched counter that differs after the notebook.
  """
  @type kind :: :assertion | :error | :timeout | :stopped | :exit | :exercise | :leak

  @type t :: %__MODULE__{
          kind: kind(),
          line: pos_integer(),
          plain: String.t(),
          coloured: String.t() | nil,
          path: Path.t() | nil
        }

  @doc """
  Prints a failure: first `path:line: ...`, then assertions as ExUnit prints them or the
  stacktrace's lines in the notebook. `colours: true` adds ANSI colours.
  """
  @spec format(t(), Notebook.t(), keyword()) :: String.t()
  def format(failure, notebook, opts \\ []) do
    text = (opts[:colours] && failure.coloured) || failure.plain
    "#{failure.path || notebook.path}:#{failure.line}: #{indent(text)}"
  end

  defp indent(text), do: String.replace(text, ~r/\n(?=.)/, "\n    ")
end
