defmodule Roundtrip.RustFences do
  @moduledoc """
  Checks a notebook's Rust fences, including those inside `<details>`.

  `check_quotes/2` checks that the lines of a `rust` fence are in a source file. `check_compile_fail/2`
  checks that rustc rejects a fence marked `rust,compile_fail,E0596` with that code, and a fence marked
  `rust,compile_fail` with errors that have no code, such as a syntax error.
  """

  alias Livemd.{Fence, Notebook, Problem}
  alias Roundtrip.RustFences.Cargo

  @doc """
  Returns a problem for each `rust` fence that none of the files contains word for word.

  The file may indent all of its lines by the same white space; white space at the end of a line is
  ignored. A problem names the first line that differs from the most similar place.
  """
  @spec check_quotes(Notebook.t(), [Path.t()]) :: [Problem.t()]
  def check_quotes(%Notebook{} = notebook, source_paths) do
    sources = for path <- source_paths, do: {path, lines(File.read!(path))}

    for(%Fence{info: "rust"} = fence <- all(notebook), do: compare(fence, sources))
    |> Enum.reject(&is_nil/1)
    |> Problem.list(notebook.path)
  end

  @doc """
  Checks with one run of cargo that every fence marked `compile_fail` is rejected with its code.

  Options:

    * `:dir` - the directory of the package of fences; if you keep it, the next run is quicker;
    * `:dependencies` - the text of its `[dependencies]` (none);
    * `:lock` - a `Cargo.lock` with the versions to use (none);
    * `:target_dir` - cargo's target directory (in `:dir`);
    * `:cargo_args` - further arguments, such as `["--offline"]`.

  Returns how many fences were rejected, the problems, or why the check was skipped. An error in the
  package itself, such as a missing dependency, is a problem, too.
  """
  @spec check_compile_fail(Notebook.t() | [Notebook.t()], keyword()) ::
          {:ok, non_neg_integer()} | {:error, [Problem.t()]} | {:skip, String.t()}
  def check_compile_fail(notebooks, opts) do
    claims =
      for notebook <- List.wrap(notebooks),
          %Fence{info: "rust,compile_fail" <> _ = info} = fence <- all(notebook) do
        %{path: notebook.path, line: fence.line, code: fence.code, claim: claim(info)}
      end

    cond do
      claims == [] -> {:ok, 0}
      System.find_executable("cargo") == nil -> {:skip, "cargo is not installed"}
      true -> claims |> Cargo.check(opts) |> verdict(claims)
    end
  end

  defp all(notebook), do: for(%Fence{} = fence <- Notebook.shown(notebook), do: fence)

  defp claim("rust,compile_fail"), do: nil
  defp claim("rust,compile_fail," <> code), do: code

  defp verdict({:error, message}, [first | _]) do
    {:error, [%Problem{path: first.path, line: first.line, message: message}]}
  end

  defp verdict({:ok, errors}, claims) do
    problems =
      for {claim, found} <- Enum.zip(claims, errors), message = wrong(claim.claim, found) do
        %Problem{path: claim.path, line: claim.line, message: message}
      end

    if problems == [], do: {:ok, length(claims)}, else: {:error, problems}
  end

  # `found` lists the codes of the errors, `nil` for an error without one.
  defp wrong(_claim, []), do: "compiles, although it is marked compile_fail"

  defp wrong(nil, found) do
    case Enum.reject(found, &is_nil/1) do
      [] -> nil
      codes -> "is rejected with #{Enum.join(codes, ", ")}: write the code into the mark"
    end
  end

  defp wrong(claim, found) do
    if claim in found do
      nil
    else
      names = Enum.map_join(found, ", ", &(&1 || "an error without a code"))
      "is rejected with #{names} and not with #{claim}"
    end
  end

  defp lines(text), do: text |> String.split(["\r\n", "\n"]) |> Enum.map(&String.trim_trailing/1)

  # Returns `nil` if a source has the fence's lines, else the line of the notebook that differs.
  defp compare(fence, sources) do
    wanted = lines(fence.code)
    blank = Enum.count(Enum.take_while(wanted, &(&1 == "")))

    case Enum.drop(wanted, blank) do
      [] ->
        {fence.line, "an empty fence"}

      wanted ->
        sources |> closest(wanted) |> place_verdict(length(wanted), fence.line + 1 + blank)
    end
  end

  defp place_verdict(nil, _length, line), do: {line, "no source file has this line"}
  defp place_verdict({length, _, _}, length, _line), do: nil

  defp place_verdict({same, path, source_line}, _length, line) do
    {line + same, "this line isn't the same as #{path}:#{source_line + same}"}
  end

  # Returns the place with the most equal lines in a row.
  defp closest(sources, wanted) do
    for {path, lines} <- sources, {same, number} <- places(lines, wanted, 1, []), reduce: nil do
      {best, _, _} = found when best >= same -> found
      _ -> {same, path, number}
    end
  end

  defp places([], _wanted, _number, found), do: Enum.reverse(found)

  defp places([first | rest] = lines, [wanted | _] = all, number, found) do
    found =
      with true <- String.ends_with?(first, wanted),
           indent = String.replace_suffix(first, wanted, ""),
           true <- String.trim(indent) == "" do
        [{same(lines, all, indent, 0), number} | found]
      else
        false -> found
      end

    places(rest, all, number + 1, found)
  end

  defp same([line | lines], [wanted | rest], indent, count) do
    expected = if wanted == "", do: "", else: indent <> wanted
    if line == expected, do: same(lines, rest, indent, count + 1), else: count
  end

  defp same(_lines, _wanted, _indent, count), do: count
end
