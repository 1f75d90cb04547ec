defmodule Livemd.Section do
  @moduledoc "A `##` heading and what follows it; `parent` is the 0-based index of the section it branches from."
  @enforce_keys [:name, :line]
  defstruct [:name, :line, parent: nil, blocks: []]

  @type t :: %__MODULE__{
          name: String.t(),
          line: pos_integer(),
          parent: non_neg_integer() | nil,
          blocks: [Livemd.Notebook.block()]
        }
end

defmodule Livemd.Prose do
  @moduledoc "A paragraph, list, table, quote or heading below `##`, as it stands in the file."
  @enforce_keys [:kind, :text, :line]
  defstruct [:kind, :text, :line]

  @type kind :: :paragraph | :list | :table | :quote | :heading
  @type t :: %__MODULE__{kind: kind(), text: String.t(), line: pos_integer()}
end

defmodule Livemd.Cell do
  @moduledoc """
  An `elixir` fence that Livebook evaluates. `line` is that of the first line of code, so that
  an error's line in the cell plus `line - 1` is its line in the file. That file is the notebook,
  or the reader's own: then `path` names it.
  """
  @enforce_keys [:code, :line]
  defstruct [:code, :line, kind: :plain, continue_on_error: false, path: nil]

  @typedoc "An exercise's stub and its check carry the exercise's name, such as `structs-1`."
  @type kind :: :plain | {:exercise, String.t()} | {:check, String.t()}
  @type t :: %__MODULE__{
          code: String.t(),
          line: pos_integer(),
          kind: kind(),
          continue_on_error: boolean(),
          path: Path.t() | nil
        }
end

defmodule Livemd.Fence do
  @moduledoc "A fence that is shown and never evaluated; `info` is its info string, such as `rust`."
  @enforce_keys [:info, :code, :line]
  defstruct [:info, :code, :line]

  @type t :: %__MODULE__{info: String.t(), code: String.t(), line: pos_integer()}
end

defmodule Livemd.Details do
  @moduledoc "A folded block: a hint or a solution."
  @enforce_keys [:summary, :line]
  defstruct [:summary, :line, blocks: []]

  @type t :: %__MODULE__{
          summary: String.t(),
          line: pos_integer(),
          blocks: [Livemd.Prose.t() | Livemd.Fence.t()]
        }
end

defmodule Livemd.Notebook do
  @moduledoc """
  A `.livemd` file, read into plain structs.

  `Livemd.Parser` makes one from text, `Livemd.Linter` checks it,
  `Livemd.Runner` evaluates it, `Livemd.Terminal` prints it,
  `Livemd.Practice` works on its exercises. None of them knows a lesson: they serve any
  notebook that keeps to the subset that the parser documents.

  A notebook is a title, at most one setup cell, and sections. A section is a list of blocks in
  the order of the file, each with the line on which it starts.
  """

  alias Livemd.{Cell, Details, Fence, Prose, Section}

  @enforce_keys [:path, :title]
  defstruct [:path, :title, setup: nil, sections: []]

  @typedoc "One block of a section."
  @type block :: Prose.t() | Cell.t() | Fence.t() | Details.t()

  @type t :: %__MODULE__{
          path: Path.t(),
          title: String.t(),
          setup: Cell.t() | nil,
          sections: [Section.t()]
        }

  @doc "Every evaluated cell after the setup, in the order of the file."
  @spec cells(t()) :: [Cell.t()]
  def cells(%__MODULE__{sections: sections}) do
    for section <- sections, %Cell{} = cell <- section.blocks, do: cell
  end
end
