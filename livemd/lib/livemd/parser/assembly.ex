defmodule Livemd.Parser.Assembly do
  @moduledoc false
  # A flat list of items to a notebook: the title, the setup, sections, and what metadata say.

  alias Livemd.Notebook
  alias Livemd.{Cell, Fence, Prose, Section}
  alias Livemd.Parser.Blocks

  @type problem :: {:problem, pos_integer(), String.t()}

  @spec assemble([Blocks.item()], Path.t()) :: {Notebook.t(), [problem()]}
  def assemble(items, path) do
    {found, items} = Enum.split_with(items, &match?({:problem, _, _}, &1))

    {items, attached} =
      items |> attach([]) |> Enum.split_with(&(not match?({:problem, _, _}, &1)))

    {title, body, title_problems} = title(items)
    {before, sections} = Enum.split_while(body, &(not match?({:section, _, _, _}, &1)))
    {setup, setup_problems} = if title_problems == [], do: setup(before), else: {nil, []}
    sections = sections(sections)

    notebook = %Notebook{path: path, title: title, setup: setup, sections: sections}
    problems = found ++ attached ++ title_problems ++ setup_problems ++ branches(sections)
    {notebook, problems ++ markers(notebook)}
  end

  # Metadata and what they stand before become one item; `elixir` fences become cells.
  defp attach([{:metadata, data, line} | rest], done) do
    case attached(data, line, rest) do
      {item, rest} -> attach(rest, [item | done])
      :nothing -> attach(rest, [{:problem, line, nothing_to_attach(data, rest)} | done])
    end
  end

  defp attach([%Fence{info: "elixir"} = fence | rest], done) do
    attach(rest, [cell(fence, false) | done])
  end

  defp attach([{:heading, 2, name, line} | rest], done) do
    attach(rest, [{:section, name, line, nil} | done])
  end

  defp attach([{:heading, level, name, line} | rest], done) when level > 2 do
    text = String.duplicate("#", level) <> " " <> name
    attach(rest, [%Prose{kind: :heading, text: text, line: line} | done])
  end

  defp attach([item | rest], done), do: attach(rest, [item | done])
  defp attach([], done), do: Enum.reverse(done)

  defp attached({:branch_parent_index, index}, _, [{:heading, 2, name, line} | rest]) do
    {{:section, name, line, index}, rest}
  end

  defp attached(:force_markdown, _, [%Fence{info: "elixir"} = fence | rest]), do: {fence, rest}

  defp attached(:continue_on_error, _, [%Fence{info: "elixir"} = fence | rest]) do
    {cell(fence, true), rest}
  end

  defp attached(:reevaluate_automatically, _, [%Fence{info: "elixir"} = fence | rest]) do
    {cell(fence, false), rest}
  end

  defp attached(_data, _line, _rest), do: :nothing

  defp nothing_to_attach(_data, [{:metadata, _, _} | _]) do
    "two metadata comments in a row: Livebook crashes on them"
  end

  defp nothing_to_attach({:branch_parent_index, _}, _) do
    "branch_parent_index stands before nothing: a `##` heading must follow"
  end

  defp nothing_to_attach(data, _) do
    "#{data} stands before nothing: an `elixir` fence must follow"
  end

  defp cell(fence, continue_on_error) do
    %Cell{
      code: fence.code,
      line: fence.line + 1,
      kind: kind(fence.code),
      continue_on_error: continue_on_error
    }
  end

  defp kind(code) do
    case Regex.run(~r/\A# (exercise|check): ([a-z0-9][a-z0-9_-]*)(?=\n|\z)/, code) do
      [_, "exercise", name] -> {:exercise, name}
      [_, "check", name] -> {:check, name}
      nil -> :plain
    end
  end

  defp title(items) do
    case Enum.drop_while(items, &match?({:comment, _}, &1)) do
      [{:heading, 1, name, _} | rest] ->
        {second, rest} = Enum.split_with(rest, &match?({:heading, 1, _, _}, &1))
        {name, rest, Enum.map(second, &second_title/1)}

      other ->
        {late, rest} = Enum.split_with(other, &match?({:heading, 1, _, _}, &1))
        message = "a notebook starts with `# Title`; only comments may come before"

        {"", rest,
         [{:problem, line(other), message} | late |> Enum.drop(1) |> Enum.map(&second_title/1)]}
    end
  end

  defp second_title({:heading, 1, _, line}) do
    {:problem, line, "a second `#` heading: Livebook would lower every heading by a level"}
  end

  defp setup([]), do: {nil, []}
  defp setup([%Cell{} = cell]), do: {cell, []}

  defp setup(items) do
    {cells, others} = Enum.split_with(items, &match?(%Cell{}, &1))
    stray = others ++ Enum.drop(cells, 1)

    message =
      "before the first `##` stands one `elixir` cell, the setup, and nothing else: " <>
        "with this block here Livebook runs no setup"

    {List.first(cells), for(item <- stray, do: {:problem, line([item]), message})}
  end

  defp sections([]), do: []

  defp sections([{:section, name, line, parent} | rest]) do
    {items, rest} = Enum.split_while(rest, &(not match?({:section, _, _, _}, &1)))
    blocks = Enum.reject(items, &match?({:comment, _}, &1))
    section = %Section{name: name, line: line, parent: parent, blocks: blocks}
    [section | sections(rest)]
  end

  defp branches(sections) do
    for {%Section{parent: parent} = section, index} <- Enum.with_index(sections),
        parent != nil,
        message = branch_message(parent, index, sections),
        do: {:problem, section.line, message}
  end

  defp branch_message(parent, index, sections) do
    cond do
      parent >= index ->
        "branch_parent_index #{parent} names no earlier section"

      Enum.at(sections, parent).parent ->
        "branch_parent_index #{parent} names a branching section"

      true ->
        nil
    end
  end

  # A marker that is almost right, or not on the first line, would make a plain cell in silence.
  defp markers(notebook) do
    for %Cell{} = cell <- [notebook.setup | Notebook.cells(notebook)],
        {text, index} <- cell.code |> String.split("\n") |> Enum.with_index(),
        text =~ ~r/\A\s*#+\s*(exercise|check)\s*:/i,
        index > 0 or cell.kind == :plain or cell == notebook.setup,
        do: {:problem, cell.line + index, marker_message()}
  end

  defp marker_message do
    "a cell's first line marks it, as `# exercise: name-1` or `# check: name-1`, and no other line"
  end

  defp line([]), do: 1
  defp line([%Cell{line: line} | _]), do: line - 1
  defp line([%{line: line} | _]), do: line
  defp line([{:section, _, line, _} | _]), do: line
  defp line([{:heading, _, _, line} | _]), do: line
  defp line([{_, line} | _]), do: line
end
