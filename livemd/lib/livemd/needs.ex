defmodule Livemd.Needs do
  @moduledoc false
  # What a cell needs and the machine may lack, a package or a toolchain: it is skipped without.
  # So is a cell that names a module which a skipped cell would have defined.

  alias Livemd.Cell

  @packages [Kino, VegaLite]

  # A module with missing/0, which gives the reason in a sentence where its tools are not here, and
  # prepare/0, which does what takes long and is done once.
  @toolchains [Roundtrip.Rust]

  @typedoc "Modules that skipped cells would have defined, each with the reason."
  @type absent :: %{module() => String.t()}

  @doc "The packages and toolchains that the code names."
  @spec named(String.t()) :: [module()]
  def named(code), do: Enum.filter(@packages ++ @toolchains, &(&1 in modules(code)))

  @doc "Those of them that are toolchains."
  @spec toolchains() :: [module()]
  def toolchains, do: @toolchains

  @doc "Why the code cannot run here, if it cannot."
  @spec missing(String.t(), absent()) :: String.t() | nil
  def missing(code, absent \\ %{}) do
    named = modules(code)

    Enum.find_value(@packages ++ @toolchains, &(&1 in named && lacking(&1))) ||
      Enum.find_value(absent, fn {module, reason} -> module in named && reason end)
  end

  @doc "The modules that the code defines."
  @spec defined(String.t()) :: [module()]
  def defined(code) do
    collect(code, fn
      {:defmodule, _, [{:__aliases__, _, parts} | _]} -> prefixes(parts) |> Enum.take(-1)
      _node -> []
    end)
  end

  @doc "The cells that need a toolchain: those that name it, and those that name a module of theirs."
  @spec toolchain([Cell.t()]) :: [Cell.t()]
  def toolchain(cells) do
    {needing, _modules} =
      Enum.flat_map_reduce(cells, @toolchains, fn cell, modules ->
        if Enum.any?(modules(cell.code), &(&1 in modules)),
          do: {[cell], defined(cell.code) ++ modules},
          else: {[], modules}
      end)

    needing
  end

  @doc "Prepares the toolchains that the cells need, before a time limit runs."
  @spec prepare([Cell.t()]) :: :ok
  def prepare(cells) do
    for module <- @toolchains,
        Enum.any?(cells, &(module in modules(&1.code))),
        lacking(module) == nil,
        do: module.prepare()

    # What went wrong is said by the first cell that needs it.
    :ok
  end

  defp lacking(module) when module in @toolchains do
    if Code.ensure_loaded?(module),
      do: module.missing(),
      else: "#{inspect(module)} is not installed"
  end

  defp lacking(module) do
    unless Code.ensure_loaded?(module), do: "#{inspect(module)} is not installed"
  end

  # `Kino.Tree` names Kino, too.
  defp modules(code) do
    collect(code, fn
      {:__aliases__, _, parts} -> prefixes(parts)
      _node -> []
    end)
  end

  defp prefixes(parts) do
    parts
    |> Enum.take_while(&is_atom/1)
    |> Enum.scan([], &(&2 ++ [&1]))
    |> Enum.map(&Module.concat/1)
  end

  defp collect(code, fun) do
    case Code.string_to_quoted(code) do
      {:ok, quoted} ->
        {_, found} = Macro.prewalk(quoted, [], fn node, found -> {node, fun.(node) ++ found} end)
        Enum.uniq(found)

      {:error, _} ->
        []
    end
  end
end
