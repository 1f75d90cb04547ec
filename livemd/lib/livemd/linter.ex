defmodule Livemd.Linter do
  @moduledoc """
  What is wrong in a notebook that can be read. Code is parsed and never evaluated.

    * **Cells** parse; with `assertions: true`, a section that has cells asserts something.
    * **Exercises**: each stub has its check after it, and after that a `Hint` and a `Solution` with
      exactly one `elixir` fence, in the same section; names are unique. A check, and nothing else,
      carries `continue_on_error`.
    * **Bindings**: no cell reads what a check binds, for a check that fails binds nothing. The same
      holds for a cell that names Kino or VegaLite, which may be skipped; such a cell asserts
      nothing.
    * **The setup** holds `Mix.install` of a literal list, and no more than `if`, `case` or an
      assignment around it. With `:deps`, each package stands there with the same requirement. With
      `:app` and `:version`, each list holds the application, from a `path:` in one of them and by a
      requirement that allows the version in another.
    * **Links** that are relative lead to a file that exists and to a heading in it.
  """

  alias Livemd.Notebook
  alias Livemd.Linter.{Bindings, Cells, Exercises, Links, Setup}
  alias Livemd.Problem

  @typedoc """
    * `:deps` - dependencies as in mix.exs;
    * `:app` and `:version` - of the application whose notebook it is;
    * `:assertions` - whether a section needs one (default `false`).
  """
  @type option ::
          {:deps, [tuple()]} | {:app, atom()} | {:version, String.t()} | {:assertions, boolean()}

  @doc "All problems, in the order of the file."
  @spec lint(Notebook.t(), [option()]) :: [Problem.t()]
  def lint(%Notebook{} = notebook, opts \\ []) do
    opts = Keyword.validate!(opts, deps: nil, app: nil, version: nil, assertions: false)

    found =
      Cells.lint(notebook, opts) ++
        Exercises.lint(notebook) ++
        Bindings.lint(notebook) ++ Setup.lint(notebook, opts) ++ Links.lint(notebook)

    found
    |> Enum.map(fn {line, message} ->
      %Problem{path: notebook.path, line: line, message: message}
    end)
    |> Problem.sort()
  end
end
