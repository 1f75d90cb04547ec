defmodule Livemd.Failure do
  @moduledoc """
  Why a cell, or the whole notebook, failed.

  The process that failed formats the text, plain and coloured, so that no other process references
  terms of the notebook. `line` is a line of the notebook, or of the file `path` if that is set.
  """

  alias Livemd.{LineTracker, Notebook}

  @enforce_keys [:kind, :line, :plain]
  defstruct [:kind, :line, :plain, :coloured, :path]

  @typedoc """
  `:assertion` - an `ExUnit.AssertionError`; `:error` - any other raise, throw or exit, or a compile
  error; `:timeout` - the time limit was exceeded; `:stopped` - the caller stopped the cell; `:exit` -
  the notebook's process died; `:exercise` - a check that passes as shipped or crashes, or a missing
  solution; `:leak` - a counter that differs from its value before the notebook.
  """
  @type kind :: :assertion | :error | :timeout | :stopped | :exit | :exercise | :leak

  @type t :: %__MODULE__{kind: kind(), line: pos_integer(), plain: String.t()}

  @typedoc "A diagnostic of the compiler."
  @type diagnostic :: %{:message => term(), :severity => atom(), optional(atom()) => term()}

  @diff_colours %{
    diff_delete: :red,
    diff_insert: :green,
    diff_delete_whitespace: [:red_background, :white],
    diff_insert_whitespace: [:green_background, :white]
  }

  @doc """
  Returns the text of a failure: `path:line: ` and the message. Assertions look as in ExUnit; other
  errors include the stacktrace's lines in the notebook. `colours: true` adds ANSI colours.
  """
  @spec format(t(), Notebook.t(), keyword()) :: String.t()
  def format(failure, notebook, opts \\ []) do
    text = (opts[:colours] && failure.coloured) || failure.plain
    text = String.replace(text, ~r/\n(?=.)/, "\n    ")
    "#{failure.path || notebook.path}:#{failure.line}: #{text}"
  end

  @doc "Returns the failure for what a cell raised, threw or exited with."
  @spec new({atom(), term(), Exception.stacktrace()}, [diagnostic()], map(), LineTracker.t()) ::
          t()
  def new({kind, reason, stack}, diagnostics, cell, tracker) do
    {reason, stack} = Exception.blame(kind, reason, stack)
    own = for entry <- stack, owner = owner(entry, cell), do: {entry, owner}
    {owner, line} = place(reason, own, diagnostics, cell, tracker)

    text = fn colours? ->
      head = head(kind, reason, diagnostics, colours?)
      unfile(head <> colour(trace(own, line), :light_black, colours?), cell)
    end

    kind = if assertion?(reason), do: :assertion, else: :error
    text = %{plain: text.(false), coloured: text.(true)}
    struct!(__MODULE__, Map.merge(text, %{kind: kind, path: owner.path, line: line}))
  end

  @doc "Returns a failure at the line that the cell has reached."
  @spec at_noted_line(kind(), String.t(), map(), LineTracker.t()) :: t()
  def at_noted_line(kind, text, cell, tracker) do
    {owner, line} = tracker |> LineTracker.places() |> noted(cell) |> first_inside(cell)
    %__MODULE__{kind: kind, line: line, path: owner.path, plain: unfile(text, cell)}
  end

  @doc """
  Returns the codes of the errors that a compiler has reported in a failure's message, each once, in
  the form of rustc: `error[E0308]: ...`, or `error: ...` for an error without a code.

      iex> failure = %Livemd.Failure{kind: :error, line: 1, plain: "no:\\nerror[E0308]: a\\nerror: b"}
      iex> Livemd.Failure.compiler_errors(failure)
      ["E0308", "error"]
  """
  @spec compiler_errors(t()) :: [String.t()]
  def compiler_errors(failure) do
    text = String.replace(failure.plain, ~r/\e\[[\d;]*m/, "")

    for [_, error | code] <- Regex.scan(~r/^(error)(?:\[([A-Z]\d+)\])?: /m, text),
        uniq: true,
        do: List.first(code) || error
  end

  @doc "Replaces the file names of cells, such as `path#cell:3`, with the notebook's path."
  @spec unfile(String.t(), map()) :: String.t()
  def unfile(text, cell) do
    for %{full_path: full, path: path} <- [cell | cell.earlier], reduce: text do
      text ->
        # Stacktraces contain relative paths, exceptions absolute ones.
        names = Enum.map_join([full, Path.relative_to_cwd(full), path], "|", &Regex.escape/1)
        text = String.replace(text, ~r/(#{names})#cell:\d+/, fn _ -> path end)
        String.replace(text, full, path)
    end
  end

  @doc "Returns a diagnostic as `file:line: severity: message`."
  @spec format_diagnostic(diagnostic(), map()) :: String.t()
  def format_diagnostic(diagnostic, cell) do
    place = Enum.join([diagnostic[:file] | List.wrap(line(diagnostic))], ":")
    unfile("#{place}: #{diagnostic.severity}: #{diagnostic.message}", cell)
  end

  defp line(diagnostic) do
    case diagnostic[:position] do
      {line, _column} -> line
      line when is_integer(line) and line > 0 -> line
      _none -> nil
    end
  end

  # Returns the cell that a stacktrace entry is in.
  defp owner({_, _, _, location}, cell) do
    file = to_string(location[:file] || "")
    Enum.find([cell | cell.earlier], &own?(file, &1))
  end

  defp owner(_, _cell), do: nil

  # A stacktrace names files with an absolute or a relative path.
  defp own?(file, cell) do
    cell.file in [file, Path.expand(file)] or
      String.starts_with?(file, [cell.full_path <> "#cell:", cell.path <> "#cell:"])
  end

  # ExUnit may not be on the code path when this module is compiled.
  defp assertion?(%{__struct__: ExUnit.AssertionError}), do: true
  defp assertion?(_), do: false

  defp place(reason, own, diagnostics, cell, tracker) do
    frames = for {{_, _, _, location}, owner} <- own, do: {owner, location[:line]}
    errors = for %{severity: :error} = error <- diagnostics, do: {cell, line(error)}
    {here, within} = Enum.split_with(frames, fn {owner, _line} -> owner == cell end)
    noted = tracker |> LineTracker.places() |> noted(cell)
    {noted, called} = Enum.split_with(noted, fn {owner, _line} -> owner == cell end)

    # A failed assertion is in the cell itself, even if that called functions of other cells before.
    inner = if assertion?(reason), do: [], else: within ++ called
    first_inside(inner ++ here ++ errors ++ [{cell, of_exception(reason)} | noted], cell)
  end

  defp noted(places, cell) do
    for {key, line} <- places,
        owner = Enum.find([cell | cell.earlier], &(&1.key == key)),
        do: {owner, line}
  end

  defp first_inside(places, cell), do: Enum.find(places, {cell, cell.line}, &inside?/1)

  # The line of an exception may be in another file, or 0.
  defp inside?({cell, line}) do
    is_integer(line) and line >= cell.line and line <= cell.line + cell.length
  end

  defp of_exception(%{line: line}) when is_integer(line), do: line
  defp of_exception(%{__struct__: ExUnit.AssertionError, expr: {_, meta, _}}), do: meta[:line]
  defp of_exception(_), do: nil

  defp head(kind, reason, diagnostics, colours?) do
    if assertion?(reason),
      do: assertion(reason, colours?),
      else: colour(banner(kind, reason, diagnostics), :red, colours?)
  end

  # The error's own message is only "errors have been logged"; the diagnostics contain the errors.
  defp banner(:error, %CompileError{} = error, diagnostics) do
    case for(%{severity: :error} = error <- diagnostics, do: error.message) do
      [] -> Exception.format_banner(:error, error)
      messages -> Enum.map_join(messages, "\n", &"** (CompileError) #{&1}")
    end
  end

  defp banner(kind, reason, _diagnostics), do: Exception.format_banner(kind, reason)

  # Omits a stacktrace that only repeats the line of the failure.
  defp trace(own, line) do
    entries = for {{_, _, _, place} = entry, _owner} <- own, do: {place[:line], entry}
    # A macro that raises with its caller's stacktrace has that entry twice: Elixir adds it, too.
    entries = Enum.dedup(entries)
    entries = if match?([{^line, _}], entries), do: [], else: entries

    Enum.map_join(entries, fn {_, entry} -> "\n  " <> Exception.format_stacktrace_entry(entry) end)
  end

  defp assertion(error, colours?) do
    # ExUnit only formats failures of tests, so the first two lines, about the test, are dropped.
    test = struct(ExUnit.Test, name: :cell, module: Cell, case: Cell, tags: %{file: "", line: 1})
    args = [test, [{:error, error, []}], 1, 80, &formatter(&1, &2, colours?)]

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

  defp formatter(key, doc, true) when is_map_key(@diff_colours, key) do
    # Elixir 1.18 has renamed `color/3`.
    name = if function_exported?(Inspect.Algebra, :color_doc, 3), do: :color_doc, else: :color
    options = %Inspect.Opts{syntax_colors: Map.to_list(@diff_colours)}
    apply(Inspect.Algebra, name, [doc, key, options])
  end

  defp formatter(_key, text, _colours?), do: text

  defp colour("", _colour, _), do: ""
  defp colour(text, _colour, false), do: text
  defp colour(text, colour, true), do: IO.iodata_to_binary(IO.ANSI.format([colour, text], true))
end
