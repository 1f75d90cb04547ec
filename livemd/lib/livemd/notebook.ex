defmodule Livemd.Section do
  @moduledoc "A `##` heading and the blocks below it."
  @enforce_keys [:name, :line]
  defstruct [:name, :line, blocks: []]

  @type t :: %__MODULE__{name: String.t(), line: pos_integer(), blocks: [Livemd.Notebook.block()]}
end

defmodule Livemd.Prose do
  @moduledoc "A paragraph, list, table, quote or `###` heading, with its Markdown."
  @enforce_keys [:kind, :text, :line]
  defstruct [:kind, :text, :line]

  @type kind :: :paragraph | :list | :table | :quote | :heading
  @type t :: %__MODULE__{kind: kind(), text: String.t(), line: pos_integer()}
end

defmodule Livemd.Cell do
  @moduledoc """
  An `elixir` fence that Livebook evaluates.

  `line` is the line of the first line of code: an error on line `n` of the code is on line
  `line + n - 1` of the file. `path` is set when the code is from a reader's own file and not from
  the notebook. `expected_error` is set on a stub that doesn't compile as shipped: the code of the
  compiler's error, such as `E0308`, or `error` for one without a code.
  """
  @enforce_keys [:code, :line]
  defstruct [
    :code,
    :line,
    kind: :plain,
    continue_on_error: false,
    expected_error: nil,
    path: nil
  ]

  @typedoc "An exercise's stub and its check carry the exercise's name, such as `structs-1`."
  @type kind :: :plain | {:exercise, String.t()} | {:check, String.t()}
  @type t :: %__MODULE__{
          code: String.t(),
          line: pos_integer(),
          kind: kind(),
          continue_on_error: boolean(),
          expected_error: String.t() | nil,
          path: Path.t() | nil
        }
end

defmodule Livemd.Fence do
  @moduledoc "A fence that is only shown; `info` is its info string, such as `rust`."
  @enforce_keys [:info, :code, :line]
  defstruct [:info, :code, :line]

  @type t :: %__MODULE__{info: String.t(), code: String.t(), line: pos_integer()}
end

defmodule Livemd.Details do
  @moduledoc "A `<details>` block, such as a hint or a solution."
  @enforce_keys [:summary, :line]
  defstruct [:summary, :line, blocks: []]

  @type block :: Livemd.Prose.t() | Livemd.Fence.t()
  @type t :: %__MODULE__{summary: String.t(), line: pos_integer(), blocks: [block()]}
end

defmodule Livemd.Problem do
  @moduledoc """
  An error in a notebook's text, with its file and line.

      iex> to_string(%Livemd.Problem{path: "a.livemd", line: 3, message: "no title"})
      "a.livemd:3: no title"
  """
  @enforce_keys [:path, :line, :message]
  defstruct [:path, :line, :message]

  @type t :: %__MODULE__{path: Path.t(), line: pos_integer(), message: String.t()}

  @doc "Turns `{line, message}` pairs into a sorted list of problems without duplicates."
  @spec list([{pos_integer(), String.t()}], Path.t()) :: [t()]
  def list(found, path) do
    for {line, message} <- found |> Enum.uniq() |> Enum.sort_by(&elem(&1, 0)),
        do: %__MODULE__{path: path, line: line, message: message}
  end

  defimpl String.Chars do
    def to_string(problem), do: "#{problem.path}:#{problem.line}: #{problem.message}"
  end
end

defmodule Livemd.Notebook do
  @moduledoc """
  A `.livemd` file as plain structs: a title, at most one setup cell, and sections of blocks.

  `Livemd.Parser` parses it, `Livemd.Linter` checks it, `Livemd.Runner` evaluates it, `Livemd.Reader`
  shows it in the terminal, and `Livemd.Practice` checks a reader's solutions of its exercises.
  """

  alias Livemd.{Cell, Details, Fence, Prose, Section}

  @enforce_keys [:path, :title]
  defstruct [:path, :title, setup: nil, sections: []]

  @type block :: Prose.t() | Cell.t() | Fence.t() | Details.t()

  @type t :: %__MODULE__{
          path: Path.t(),
          title: String.t(),
          setup: Cell.t() | nil,
          sections: [Section.t()]
        }

  @doc "Returns the cells after the setup, in the order of the file."
  @spec cells(t()) :: [Cell.t()]
  def cells(%__MODULE__{sections: sections}), do: Enum.flat_map(sections, &cells_of/1)

  @doc "Returns the cells of one section."
  @spec cells_of(Section.t()) :: [Cell.t()]
  def cells_of(%Section{blocks: blocks}), do: for(%Cell{} = cell <- blocks, do: cell)

  @doc "Returns all prose and fences, including those inside `<details>`."
  @spec shown(t()) :: [Prose.t() | Fence.t()]
  def shown(%__MODULE__{sections: sections}), do: Enum.flat_map(sections, &shown_in(&1.blocks))

  defp shown_in(blocks) do
    Enum.flat_map(blocks, fn
      %Details{blocks: blocks} -> shown_in(blocks)
      %Cell{} -> []
      block -> [block]
    end)
  end
end
