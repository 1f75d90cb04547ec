defmodule Livemd.Linter.Links do
  @moduledoc false
  # Checks that the files of relative links in prose exist, and the headings that their fragments name.

  alias Livemd.{Notebook, Prose}

  @spec lint(Notebook.t()) :: [{pos_integer(), String.t()}]
  def lint(notebook) do
    for %Prose{} = prose <- Notebook.shown(notebook),
        {text, line} <- prose.text |> String.split("\n") |> Enum.with_index(prose.line),
        target <- targets(text),
        message <- broken(target, notebook.path),
        do: {line, message}
  end

  @doc """
  Returns the fragments that lead to a heading: GitHub's, and ExDoc's where that differs.

      iex> Livemd.Linter.Links.anchors("What's `dirty`?")
      ["whats-dirty", "what-s-dirty"]
  """
  @spec anchors(String.t()) :: [String.t()]
  def anchors(heading) do
    lower = String.downcase(heading)
    github = lower |> String.replace(~r/[^\p{L}\p{M}\p{N}\s_-]/u, "") |> String.replace(" ", "-")
    ex_doc = lower |> String.replace(~r/\W+/u, "-") |> String.trim("-")
    Enum.uniq([github, ex_doc])
  end

  defp targets(text) do
    text = String.replace(text, ~r/(`+)[^`].*?\1/, "code")
    for [_, target] <- Regex.scan(~r/\]\(\s*<?([^)\s>]+)>?[^)]*\)/, text), do: target
  end

  defp broken(target, path) do
    if target =~ ~r/\A([a-z][a-z0-9+.-]*:|\/\/)/i do
      []
    else
      [file | anchor] = String.split(target, "#", parts: 2)
      file = if file == "", do: path, else: path |> Path.dirname() |> Path.join(URI.decode(file))
      missing(target, file, anchor)
    end
  end

  defp missing(target, file, anchor) do
    cond do
      not File.exists?(file) -> ["the link #{target} leads to no file"]
      anchor == [] or URI.decode(hd(anchor)) in all_anchors(file) -> []
      true -> ["the link #{target} leads to no heading of #{Path.basename(file)}"]
    end
  end

  defp all_anchors(file) do
    with {:ok, text} <- File.read(file) do
      text |> String.split(["\r\n", "\n"]) |> headings(nil, []) |> Enum.flat_map(&anchors/1)
    else
      _ -> []
    end
  end

  # A line in a fence isn't a heading.
  defp headings([], _fence, found), do: found

  defp headings([line | rest], nil, found) do
    case Regex.run(~r/\A(`{3,})|\A\#{1,6} +(.*?) *\z/, line) do
      [_, "", heading] -> headings(rest, nil, [heading | found])
      [_, ticks] -> headings(rest, ticks, found)
      nil -> headings(rest, nil, found)
    end
  end

  defp headings([line | rest], fence, found) do
    headings(rest, if(line == fence, do: nil, else: fence), found)
  end
end
