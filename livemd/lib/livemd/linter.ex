defmodule Livemd.Linter do
  @moduledoc """
  Finds errors in a parsed notebook. The linter parses the code and never evaluates it. These are
  the rules:

    * **Cells** are valid Elixir. With `assertions: true`, every section that has cells contains an
      assertion.
    * **Exercises**: each stub is followed by its check, then by a `Hint` and a `Solution` with exactly
      one `elixir` fence, all in one section. Names are unique. Checks and cells that need a toolchain
      are marked `continue_on_error`. Other cells must not be, because the mark would hide a failure.
      Only a stub that needs a toolchain is marked with the error of a compiler.
    * With `values: true`, a cell that isn't a check ends in a value and not in a bare assertion.
    * **Bindings**: a check may fail, and a cell that uses Kino, VegaLite or a toolchain may be
      skipped, so no other cell reads a variable that such a cell binds. Cells that use Kino or
      VegaLite contain no assertion.
    * **The setup** has the same text as the setup of the notebook given as `:setup`.
    * **Relative links** lead to an existing file, and to a heading in it.
  """

  alias Livemd.{Cell, Exercise, Fence, Notebook, Problem, Requirements, Syntax}
  alias Livemd.Linter.Links

  @continue_on_error ~s(<!-- livebook:{"continue_on_error":true} -->)

  @typedoc """
    * `:setup` - the notebook whose setup cell this one must repeat (none);
    * `:assertions` - whether every section with cells needs an assertion (`false`);
    * `:values` - whether cells must end in a value (`false`);
    * `:toolchains` - see `Livemd.Toolchain` (`[]`).
  """
  @type option ::
          {:setup, Notebook.t() | nil}
          | {:assertions, boolean()}
          | {:values, boolean()}
          | {:toolchains, [module()]}

  @doc "Returns all problems in the order of the file."
  @spec lint(Notebook.t(), [option()]) :: [Problem.t()]
  def lint(%Notebook{} = notebook, opts \\ []) do
    opts = Keyword.validate!(opts, setup: nil, assertions: false, values: false, toolchains: [])
    cells = Notebook.cells(notebook)
    dependent = Requirements.dependent(cells, opts[:toolchains])
    exercises = Exercise.all(notebook)

    [
      Enum.flat_map([notebook.setup | cells], &syntax/1),
      Enum.flat_map(cells, &skippable/1),
      if(opts[:assertions], do: Enum.flat_map(notebook.sections, &without_assertion/1), else: []),
      if(opts[:values], do: Enum.flat_map(cells, &without_value/1), else: []),
      marks([notebook.setup | cells], dependent),
      errors_without_compiler(cells, dependent),
      duplicates(cells, :exercise),
      duplicates(cells, :check),
      Enum.flat_map(exercises, &incomplete/1),
      checks_without_exercise(cells, exercises),
      bindings(cells, dependent),
      setup_differences(notebook.setup, opts[:setup]),
      Links.lint(notebook)
    ]
    |> Enum.concat()
    |> Problem.list(notebook.path)
  end

  defp syntax(nil), do: []

  defp syntax(cell) do
    case Code.string_to_quoted(cell.code, line: cell.line) do
      {:ok, _} -> []
      {:error, {where, message, token}} -> [{where[:line] || cell.line, text(message, token)}]
    end
  end

  defp text({before, rest}, token), do: "#{before}#{token}#{rest}"
  defp text(message, token), do: "#{message}#{token}"

  # A cell that needs a toolchain may assert, because its code can't be tested without it.
  defp skippable(cell) do
    with [package | _] <- Requirements.named(cell.code),
         true <- Syntax.assertions(cell.code) > 0 do
      message = "a cell that names #{inspect(package)} may be skipped: assert in another cell"
      [{cell.line, message}]
    else
      _ -> []
    end
  end

  defp without_assertion(section) do
    cells = Notebook.cells_of(section)

    if cells == [] or Enum.any?(cells, &(Syntax.assertions(&1.code) > 0)),
      do: [],
      else: [{section.line, "the section #{inspect(section.name)} has cells and no assertion"}]
  end

  defp without_value(%Cell{kind: {:check, _}}), do: []

  defp without_value(cell) do
    if line = Syntax.ends_in_assertion(cell.code) do
      message = "the cell ends in an assertion: end it in the value that it speaks of"
      [{cell.line + line - 1, message}]
    else
      []
    end
  end

  defp marks(cells, toolchain) do
    for %Cell{} = cell <- cells,
        message <- mark(cell, cell in toolchain),
        do: {cell.line, message}
  end

  defp mark(%Cell{kind: {:check, name}, continue_on_error: false}, _toolchain?) do
    ["the check of #{name} stops the rest of the lesson: put `#{@continue_on_error}` before it"]
  end

  defp mark(%Cell{kind: {:check, _}}, _toolchain?), do: []

  defp mark(%Cell{continue_on_error: false}, true) do
    [
      "without a toolchain this cell stops the rest of the lesson: " <>
        "put `#{@continue_on_error}` before it"
    ]
  end

  defp mark(%Cell{continue_on_error: true}, false),
    do: ["continue_on_error on a cell that isn't a check: it would hide a failure"]

  defp mark(_cell, _toolchain?), do: []

  defp errors_without_compiler(cells, dependent) do
    for %Cell{expected_error: error, line: line} = cell <- cells,
        error != nil and cell not in dependent,
        do: {line, "a stub that needs no toolchain has no compiler that refuses it with #{error}"}
  end

  defp duplicates(cells, kind) do
    named = for %Cell{kind: {^kind, name}, line: line} <- cells, do: {name, line}

    for {name, line} <- named -- Enum.uniq_by(named, &elem(&1, 0)),
        do: {line, "a second #{kind} named #{name}"}
  end

  defp incomplete(%Exercise{check: nil} = exercise) do
    [{exercise.stub.line, "the exercise #{exercise.name} has no check after it in its section"}]
  end

  defp incomplete(exercise) do
    for {part, nil} <- [{"Hint", exercise.hint}, {"Solution", exercise.solution}] do
      message = "the exercise #{exercise.name} has no details `#{part}` after its check"
      {exercise.check.line, message}
    end ++ solution(exercise)
  end

  defp solution(%Exercise{solution: nil}), do: []

  defp solution(%Exercise{name: name, solution: details} = exercise) do
    case Exercise.solution_fence(exercise) do
      nil ->
        fences = Enum.count(details.blocks, &match?(%Fence{info: "elixir"}, &1))
        message = "the solution of #{name} holds #{fences} `elixir` fences instead of one"
        [{details.line, message}]

      fence ->
        case Code.string_to_quoted(fence.code) do
          {:ok, _} -> []
          {:error, _} -> [{fence.line, "the solution of #{name} doesn't parse"}]
        end
    end
  end

  defp checks_without_exercise(cells, exercises) do
    paired = for %Exercise{check: %Cell{} = check} <- exercises, do: check

    for %Cell{kind: {:check, name}, line: line} = cell <- cells,
        cell not in paired,
        do: {line, "the check of #{name} has no exercise before it in its section"}
  end

  # `uncertain` maps a variable to the cell that bound it last, if that cell may fail or be skipped.
  defp bindings(cells, dependent) do
    {problems, _uncertain} =
      Enum.flat_map_reduce(cells, %{}, fn cell, uncertain ->
        {free, bound} = Syntax.variables(cell.code)
        own = binder(cell, dependent)

        problems =
          for name <- free, binder = uncertain[name], binder != own do
            {cell.line, reads(name, binder)}
          end

        uncertain = Map.drop(uncertain, MapSet.to_list(bound))
        {problems, if(own, do: Map.merge(uncertain, Map.new(bound, &{&1, own})), else: uncertain)}
      end)

    problems
  end

  defp binder(%Cell{kind: {:check, name}}, _dependent), do: {:check, name}

  defp binder(cell, dependent) do
    case Requirements.named(cell.code) do
      [package | _] -> inspect(package)
      [] -> if cell in dependent, do: "its toolchain"
    end
  end

  defp reads(name, {:check, check}),
    do: "reads `#{name}`, which the check of #{check} binds: bind it in a cell that always runs"

  defp reads(name, requirement),
    do: "reads `#{name}`, which is bound by a cell that is skipped without #{requirement}"

  defp setup_differences(%Cell{code: same}, %Notebook{setup: %Cell{code: same}}), do: []

  defp setup_differences(%Cell{} = own, %Notebook{setup: %Cell{} = common, path: path}) do
    same =
      [own.code, common.code]
      |> Enum.map(&String.split(&1, "\n"))
      |> Enum.zip()
      |> Enum.take_while(fn {own, common} -> own == common end)
      |> length()

    [{own.line + same, "the setup differs here from #{path}:#{common.line + same}"}]
  end

  defp setup_differences(_own, _common), do: []
end
