defmodule Livemd.Linter.Setup do
  @moduledoc false

  alias Livemd.Notebook

  @branches [:if, :unless, :case, :cond]
  @forbidden [:import, :alias, :require, :use, :defmodule, :def, :defp, :defmacro, :defstruct]

  @spec lint(Notebook.t(), keyword()) :: [{pos_integer(), String.t()}]
  def lint(%Notebook{setup: nil}, _opts), do: []

  def lint(%Notebook{setup: setup}, opts) do
    case Code.string_to_quoted(setup.code, line: setup.line) do
      {:ok, quoted} -> check(quoted, setup.line, opts)
      {:error, _} -> [{setup.line, "the setup does not parse"}]
    end
  end

  defp check(quoted, line, opts) do
    installs = installs(quoted)

    forms(quoted, line) ++
      if(installs == [], do: [{line, "the setup calls no Mix.install"}], else: []) ++
      Enum.flat_map(installs, &install(&1, opts)) ++ application(installs, line, opts)
  end

  defp forms({:__block__, _, forms}, line), do: Enum.flat_map(forms, &form(&1, line))
  defp forms(form, line), do: form(form, line)

  defp form({:=, _, [_, value]} = form, line) do
    case forbidden(value) do
      nil -> []
      name -> [{line_of(form, line), nothing_but(name)}]
    end
  end

  defp form({{:., _, [{:__aliases__, _, [:Mix]}, :install]}, _, _}, _line), do: []

  defp form({branch, meta, args}, line) when branch in @branches and is_list(args) do
    for body <- bodies(List.last(args)), problem <- forms(body, meta[:line] || line), do: problem
  end

  defp form(form, line), do: [{line_of(form, line), nothing_but(Macro.to_string(form))}]

  defp bodies(blocks) when is_list(blocks) do
    Enum.flat_map(blocks, fn
      {_, [{:->, _, _} | _] = clauses} -> for {:->, _, [_, body]} <- clauses, do: body
      {_, body} -> [body]
      _ -> []
    end)
  end

  defp bodies(_), do: []

  defp forbidden(quoted) do
    {_, found} =
      Macro.prewalk(quoted, nil, fn
        {name, _, args} = node, nil when name in @forbidden and is_list(args) -> {node, name}
        node, found -> {node, found}
      end)

    found
  end

  defp nothing_but(what) do
    [first | _] = what |> to_string() |> String.split("\n")
    "the setup holds nothing but Mix.install: move `#{first}` to the first cell that needs it"
  end

  defp installs(quoted) do
    {_, found} =
      Macro.prewalk(quoted, [], fn
        {{:., _, [{:__aliases__, _, [:Mix]}, :install]}, meta, args} = node, found ->
          {node, [{meta[:line], args} | found]}

        node, found ->
          {node, found}
      end)

    Enum.reverse(found)
  end

  defp install({line, [list | _]}, opts) when is_list(list) do
    list |> Enum.map(&package/1) |> Enum.flat_map(&compare(&1, line, opts))
  end

  defp install({line, _}, _opts), do: [{line, "Mix.install needs a literal list of packages"}]

  # A package as {name, requirement or nil, options or nil}.
  defp package({name, requirement}) when is_binary(requirement), do: {name, requirement, []}
  defp package({name, options}) when is_list(options), do: {name, nil, options}
  defp package({:{}, _, [name, requirement, options]}), do: {name, requirement, options}
  defp package({name, requirement, options}), do: {name, requirement, options}
  defp package(name) when is_atom(name), do: {name, nil, []}
  defp package(other), do: {other, nil, []}

  defp compare({name, _, _}, line, _opts) when not is_atom(name) do
    [{line, "a package whose name cannot be read: #{Macro.to_string(name)}"}]
  end

  defp compare({name, requirement, _}, line, opts) do
    deps = opts[:deps] && Enum.map(opts[:deps], &package/1)

    cond do
      deps == nil or name == opts[:app] ->
        []

      dep = List.keyfind(deps, name, 0) ->
        same(name, requirement, elem(dep, 1), line)

      true ->
        [{line, "the setup installs #{name}, which is no dependency in mix.exs"}]
    end
  end

  defp same(_name, requirement, requirement, _line), do: []

  defp same(name, requirement, in_mix, line) do
    asks = "the setup asks for #{name} #{inspect(requirement)}, mix.exs for #{inspect(in_mix)}"
    [{line, asks}]
  end

  defp application(installs, line, opts) do
    lists = for {line, [list | _]} when is_list(list) <- installs, do: {line, list}

    if app = opts[:app] do
      own = for {line, list} <- lists, do: {line, own(list, app)}
      missing = for {line, nil} <- own, do: {line, "this list does not install #{app}"}

      missing ++
        ways(for({line, package} when package != nil <- own, do: {line, package}), line, opts)
    else
      []
    end
  end

  defp own(list, app), do: list |> Enum.map(&package/1) |> List.keyfind(app, 0)

  # From the checkout where there is one, else the released version.
  defp ways(own, line, opts) do
    released =
      for {line, {_, requirement, _}} when is_binary(requirement) <- own, do: {line, requirement}

    no_path(own, line, opts) ++
      if released == [] do
        [{line, "the setup installs #{opts[:app]} nowhere by a version"}]
      else
        for {line, requirement} <- released, not allows?(requirement, opts[:version]) do
          {line,
           "the setup asks for #{opts[:app]} #{requirement}, which is not #{opts[:version]}"}
        end
      end
  end

  defp no_path(own, line, opts) do
    path? = fn {_, {_, _, options}} -> is_list(options) and Keyword.has_key?(options, :path) end

    if Enum.any?(own, path?),
      do: [],
      else: [{line, "the setup installs #{opts[:app]} nowhere from a path"}]
  end

  defp allows?(_requirement, nil), do: true

  defp allows?(requirement, version) do
    match?({:ok, _}, Version.parse_requirement(requirement)) and
      Version.match?(version, requirement)
  end

  defp line_of({_, meta, _}, line) when is_list(meta), do: meta[:line] || line
  defp line_of(_, line), do: line
end
