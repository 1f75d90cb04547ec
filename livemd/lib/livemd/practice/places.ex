defmodule Livemd.Practice.Places do
  @moduledoc false
  # The Rust in a reader's file is compiled from a file of its own, which the reader can't open:
  # `squarer.rs` for the module `Squarer`. Here its lines and columns become those of the reader's file.

  # What rustc prints beside code: `4 | code`, in suggestions `4 - code` and `4 + code`, and between such
  # lines `  |`, `  = note`, ` --> a.rs:4:1`. On a terminal they are coloured.
  @colours "(?:\\e\\[[\\d;]*m)*"
  @numbered ~r/^ *(#{@colours})(\d+)(#{@colours}) *(#{@colours}(?:\||[-+~] ).*)$/s
  @between ~r/^ +#{@colours}(\||= |--> |::: )/

  @doc "Replaces the places of a compiler's message, or of a panic, with those in the file at `path`."
  @spec translate(String.t(), Path.t(), String.t()) :: String.t()
  def translate(text, path, code) do
    # Compiler warnings name a cell of the notebook like this.
    text = String.replace(text, ~r/#cell:\d+/, "")

    for {file, line, column} <- sources(code), reduce: text do
      text ->
        # A closure's type has the place of its end as well: `{closure@a.rs:2:5: 2:9}`.
        place = ~r/(?:(?<![\w.\/])|(?<=\e\[0m))#{file}:(\d+):(\d+)(?:: (\d+):(\d+)(?=\}))?/
        messages = String.split(text, "\n\n")
        Enum.map_join(messages, "\n\n", &translate(&1, place, path, {line, column}))
    end
  end

  @doc """
  Leaves out the panics of other Rust than that of the file at `path`: of libraries that the lesson
  causes to panic. Those in Rust's own library stay, because the reader's Rust has called it.
  """
  @spec own_panics(String.t(), Path.t()) :: String.t()
  def own_panics(text, path) do
    text
    |> String.replace(~r/^note: run with `RUST_BACKTRACE=1`.*\n?/m, "")
    |> String.split(~r/\n*(?=^thread '.*panicked at )/m)
    |> Enum.reject(&other_panic?(&1, path))
    |> Enum.join("\n\n")
    |> String.trim("\n")
  end

  defp other_panic?(text, path) do
    case Regex.run(~r/\Athread '.*panicked at (.+?):\d+:\d+:$/m, text) do
      [_, file] -> file != path and not String.starts_with?(file, ["/rustc/", "library/"])
      nil -> false
    end
  end

  # One message of rustc, or a paragraph of another text.
  defp translate(text, place, path, {line, column}) do
    moved = &"#{add(&1, line)}:#{add(&2, column)}"

    translated =
      Regex.replace(place, text, fn
        _, from, at, "", "" -> "#{path}:#{moved.(from, at)}"
        _, from, at, to, end_at -> "#{path}:#{moved.(from, at)}: #{moved.(to, end_at)}"
      end)

    if translated != text and text =~ "--> ", do: renumber(translated, line), else: translated
  end

  # The numbers may have more digits than before.
  defp renumber(text, line) do
    rows = String.split(text, "\n")
    numbers = for row <- rows, [_, _, number | _] <- [Regex.run(@numbered, row)], do: number
    [width, wider] = for list <- [numbers, Enum.map(numbers, &add(&1, line))], do: widest(list)

    Enum.map_join(rows, "\n", fn row ->
      case Regex.run(@numbered, row) do
        [_, before, number, reset, code] ->
          before <> String.pad_trailing(add(number, line), wider) <> reset <> " " <> code

        nil ->
          if row =~ @between, do: String.duplicate(" ", wider - width) <> row, else: row
      end
    end)
  end

  defp widest(texts), do: texts |> Enum.map(&String.length/1) |> Enum.max(fn -> 0 end)

  defp add(number, offset), do: Integer.to_string(String.to_integer(number) + offset)

  # The heredocs given as `source:`, each with the name that its module gives the file.
  defp sources(code) do
    options = [token_metadata: true, literal_encoder: &{:ok, {:__block__, &2, [&1]}}]

    with {:ok, quoted} <- Code.string_to_quoted(code, options) do
      for {:defmodule, _, [{:__aliases__, _, parts}, body]} <- Macro.prewalker(quoted),
          {{:__block__, _, [:source]}, value} <- Macro.prewalker(body),
          meta = heredoc(value),
          do: {parts |> List.last() |> file(), meta[:line], meta[:indentation]}
    else
      {:error, _} -> []
    end
  end

  # In a sigil, an inner node has the indentation.
  defp heredoc(value) do
    Enum.find_value(Macro.prewalker(value), fn
      {_, meta, _} when is_list(meta) -> meta[:indentation] && meta
      _literal -> nil
    end)
  end

  defp file(name), do: "#{name |> Atom.to_string() |> Macro.underscore()}.rs"
end
