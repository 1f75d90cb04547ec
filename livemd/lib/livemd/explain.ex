defmodule Livemd.Explain do
  @moduledoc false
  # Values and failures of a cell as text, made in the process that holds the terms.

  alias Livemd.{Diagnostics, Failure, Marker}

  # What IEx and Livebook take for "nothing to show".
  @no_value :"do not show this result in output"

  @width 80

  @spec value(term()) :: String.t() | nil
  def value(@no_value), do: nil

  # A module's value holds its bytecode.
  def value({:module, name, code, _} = value) when is_atom(name) and is_binary(code) do
    inspect(value, limit: 5)
  end

  def value(value) do
    inspect(value, pretty: true, width: @width, limit: 50, printable_limit: 4096)
  rescue
    error -> "a value that cannot be inspected: #{inspect(error.__struct__)}"
  end

  @spec failure(atom(), term(), Exception.stacktrace(), [Diagnostics.diagnostic()], map()) ::
          Failure.t()
  def failure(kind, reason, stack, diagnostics, cell) do
    {reason, stack} = blame(kind, reason, stack)
    own = for entry <- stack, owner = owner(entry, cell), do: {entry, owner}
    {owner, line} = place(reason, own, diagnostics, cell)
    way = way(own, line)

    text = fn colours? ->
      unfile(
        head(kind, reason, diagnostics, colours?) <> colour(way, :light_black, colours?),
        cell
      )
    end

    %Failure{
      kind: if(assertion?(reason), do: :assertion, else: :error),
      path: owner.path,
      line: line,
      plain: text.(false),
      coloured: text.(true)
    }
  end

  @doc "The first of the noted places that is inside the cell, or inside one that it builds upon."
  @spec place([Marker.place()], map()) :: {map(), pos_integer()}
  def place(places, cell), do: places |> marked(cell) |> first_inside(cell)

  @doc "Names files of cells as the notebook was named: `path#cell:3` becomes its path."
  @spec unfile(String.t(), map()) :: String.t()
  def unfile(text, cell), do: Enum.reduce([cell | cell.earlier], text, &unfile_one(&2, &1))

  defp unfile_one(text, cell) do
    full = Path.expand(cell.path)

    # A stacktrace names files as seen from the current directory, an exception in full.
    [full, Path.relative_to_cwd(full), cell.path]
    |> Enum.uniq()
    |> Enum.reduce(text, &String.replace(&2, ~r/#{Regex.escape(&1)}#cell:\d+/, cell.path))
    |> String.replace(full, cell.path)
  end

  defp blame(:error, reason, stack), do: Exception.blame(:error, reason, stack)
  defp blame(_kind, reason, stack), do: {reason, stack}

  # The cell whose file a stacktrace's entry names.
  defp owner({_, _, _, location}, cell) do
    file = to_string(location[:file] || "")
    Enum.find([cell | cell.earlier], &own?(file, &1))
  end

  defp owner(_, _cell), do: nil

  # An entry names its file in full or as seen from the current directory.
  defp own?(file, cell) do
    cell.file in [file, Path.expand(file)] or
      String.starts_with?(file, [Path.expand(cell.path) <> "#cell:", cell.path <> "#cell:"])
  end

  # ExUnit may not be on the code path when this is compiled.
  defp assertion?(%{__struct__: ExUnit.AssertionError}), do: true
  defp assertion?(_), do: false

  defp place(reason, own, diagnostics, cell) do
    frames = for {{_, _, _, location}, owner} <- own, do: {owner, location[:line]}
    errors = for %{severity: :error} = error <- diagnostics, do: {cell, Diagnostics.line(error)}
    {here, within} = Enum.split_with(frames, fn {owner, _line} -> owner == cell end)
    {noted, called} = Enum.split_with(marked(Marker.places(), cell), &(elem(&1, 0) == cell))
    # It is the cell that asserts, whatever it has called before.
    inner = if assertion?(reason), do: [], else: within ++ called
    first_inside(inner ++ here ++ errors ++ [{cell, of_exception(reason)} | noted], cell)
  end

  defp marked(places, cell) do
    for {key, line} <- places,
        owner = Enum.find([cell | cell.earlier], &(&1.key == key)),
        do: {owner, line}
  end

  defp first_inside(places, cell), do: Enum.find(places, {cell, cell.line}, &inside?/1)

  # An exception's own line may be of another file, and 0 where there is none.
  defp inside?({cell, line}) do
    is_integer(line) and line >= cell.line and line <= cell.line + cell.length
  end

  defp of_exception(%{line: line}) when is_integer(line), do: line
  defp of_exception(%{__struct__: ExUnit.AssertionError, expr: {_, meta, _}}), do: meta[:line]
  defp of_exception(_), do: nil

  defp head(kind, reason, diagnostics, colours?) do
    if assertion?(reason) do
      assertion(reason, colours?)
    else
      colour(banner(kind, reason, diagnostics), :red, colours?)
    end
  end

  # "errors have been logged": what was logged is in the diagnostics.
  defp banner(:error, %CompileError{} = error, diagnostics) do
    case for(%{severity: :error} = error <- diagnostics, do: error.message) do
      [] -> Exception.format_banner(:error, error)
      messages -> Enum.map_join(messages, "\n", &"** (CompileError) #{&1}")
    end
  end

  defp banner(kind, reason, _diagnostics), do: Exception.format_banner(kind, reason)

  # Where it came from, unless that is only the line which the failure names anyhow.
  defp way([], _line), do: ""

  defp way([{{_, _, _, location}, _owner}] = own, line) do
    if location[:line] == line, do: "", else: entries(own)
  end

  defp way(own, _line), do: entries(own)

  defp entries(own) do
    Enum.map_join(own, fn {entry, _owner} -> "\n  #{Exception.format_stacktrace_entry(entry)}" end)
  end

  defp assertion(error, colours?) do
    # ExUnit formats failures of tests only; the test's own two lines are dropped.
    test = struct(ExUnit.Test, name: :cell, module: Cell, case: Cell, tags: %{file: "", line: 1})
    formatter = &formatter(&1, &2, colours?)
    args = [test, [{:error, error, []}], 1, @width, formatter]

    ExUnit.Formatter
    |> apply(:format_test_failure, args)
    |> String.split("\n")
    |> Enum.drop(2)
    |> Enum.map_join("\n", &String.replace_prefix(&1, "     ", ""))
    |> String.trim()
  end

  defp formatter(:diff_enabled?, _, colours?), do: colours?
  defp formatter(:error_info, text, colours?), do: colour(text, :red, colours?)
  defp formatter(:extra_info, text, colours?), do: colour(text, :cyan, colours?)
  defp formatter(:diff_delete, doc, true), do: colour_doc(doc, :delete)
  defp formatter(:diff_insert, doc, true), do: colour_doc(doc, :insert)
  defp formatter(:diff_delete_whitespace, doc, true), do: colour_doc(doc, :delete_space)
  defp formatter(:diff_insert_whitespace, doc, true), do: colour_doc(doc, :insert_space)
  defp formatter(_, text, _colours?), do: text

  defp colour_doc(doc, key) do
    colours = [
      delete: :red,
      insert: :green,
      delete_space: [:red_background, :white],
      insert_space: [:green_background, :white]
    ]

    # `color/3` got this name in Elixir 1.18.
    name = if function_exported?(Inspect.Algebra, :color_doc, 3), do: :color_doc, else: :color
    apply(Inspect.Algebra, name, [doc, key, %Inspect.Opts{syntax_colors: colours}])
  end

  defp colour("", _colour, _), do: ""
  defp colour(text, _colour, false), do: text
  defp colour(text, colour, true), do: IO.iodata_to_binary(IO.ANSI.format([colour, text], true))
end
