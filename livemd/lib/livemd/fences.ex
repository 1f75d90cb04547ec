defmodule Livemd.Fences do
  @moduledoc """
  Proves what a notebook's Rust fences claim.

  A `rust` fence stands word for word in a source file: `missing/2`. A fence marked
  `rust,compile_fail,E0596` is rejected by rustc with that code, and one marked `rust,compile_fail`
  with errors that have no code, such as a syntax error: `refuse/2`. Fences inside of details count.
  """

  alias Livemd.Notebook
  alias Livemd.{Details, Fence, Problem}
  alias Livemd.Fences.{Cargo, Source}

  @doc """
  The `rust` fences whose lines stand in none of the files, one after another and word for word.

  The file may indent all of them by the same white space; white space at a line's end does not count.
  A problem names the first line that differs from the place that comes closest.
  """
  @spec missing(Notebook.t(), [Path.t()]) :: [Problem.t()]
  def missing(%Notebook{} = notebook, source_paths) do
    sources = for path <- source_paths, do: {path, Source.lines(File.read!(path))}

    for %Fence{info: "rust"} = fence <- all(notebook),
        {line, message} <- [Source.compare(fence, sources)] do
      %Problem{path: notebook.path, line: line, message: message}
    end
  end

  @doc """
  Checks with one run of cargo that every fence that claims not to compile is rejected as it claims.

  Options:

    * `:dir` - where to write the package of fences; it may stay, to be quicker the next time;
    * `:dependencies` - the text of its `[dependencies]` (none);
    * `:lock` - a `Cargo.lock` whose versions to take (none);
    * `:target_dir` - cargo's target directory (in `:dir`);
    * `:edition` - of Rust (`"2021"`);
    * `:cargo_args` - further arguments, such as `["--offline"]`.

  Returns how many fences were proven, the problems, or why nothing can be said here. An error of
  the package itself, such as a dependency that cannot be had, is a problem too.
  """
  @spec refuse(Notebook.t() | [Notebook.t()], keyword()) ::
          {:ok, non_neg_integer()} | {:error, [Problem.t()]} | {:skip, String.t()}
  def refuse(notebooks, opts) do
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

  @doc "All fences that are shown, those inside of details too."
  @spec all(Notebook.t()) :: [Fence.t()]
  def all(%Notebook{sections: sections}), do: Enum.flat_map(sections, &in_blocks(&1.blocks))

  defp in_blocks(blocks) do
    Enum.flat_map(blocks, fn
      %Fence{} = fence -> [fence]
      %Details{blocks: blocks} -> in_blocks(blocks)
      _ -> []
    end)
  end

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

  # `found` are the codes of the errors, `nil` for an error without one.
  defp wrong(_claim, []), do: "compiles, though it is marked as one that must not"

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
end
