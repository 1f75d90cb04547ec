defmodule Livemd.Toolchain do
  @moduledoc """
  The behaviour of a toolchain, such as a compiler, that some cells need.

  Pass the modules that implement it as `toolchains: [MyApp.Rust]` to `Livemd.Runner` and
  `Livemd.Linter`. A cell that names such a module is skipped if `missing/0` returns a reason.
  """

  @doc "Returns a sentence that says what this machine lacks, or `nil`."
  @callback missing() :: nil | String.t()

  @doc """
  Does what a cell with this code needs and what is slow the first time, before the cell's time limit
  starts. An error may be ignored here: the cell reports it.
  """
  @callback prepare(code :: String.t()) :: :ok | {:error, String.t()}
end

defmodule Livemd.Requirements do
  @moduledoc """
  Finds the packages and toolchains that cells need and this machine may lack.

  A cell is skipped if it names a package or toolchain that is missing, or a module that a skipped
  cell would have defined. To find out, the code is parsed and not evaluated.
  """

  alias Livemd.Cell

  @packages [Kino, VegaLite]

  @typedoc "Modules that skipped cells would have defined, each with the reason."
  @type absent :: %{module() => String.t()}

  @doc "Returns the optional packages and the toolchains that the code names."
  @spec named(String.t(), [module()]) :: [module()]
  def named(code, toolchains \\ []),
    do: Enum.filter(@packages ++ toolchains, &(&1 in modules(code)))

  @doc "Returns why the code cannot run on this machine, or `nil`."
  @spec missing(String.t(), [module()], absent()) :: String.t() | nil
  def missing(code, toolchains, absent \\ %{}) do
    modules = modules(code)

    Enum.find_value(named(code, toolchains), &lacking(&1, toolchains)) ||
      Enum.find_value(absent, fn {module, reason} -> module in modules && reason end)
  end

  @doc """
  Returns the cells that can't run on this machine, each with the reason, and the modules that they
  would have defined.
  """
  @spec skipped([Cell.t()], [module()]) :: {%{Cell.t() => String.t()}, absent()}
  def skipped(cells, toolchains) do
    Enum.reduce(cells, {%{}, %{}}, fn cell, {skipped, absent} ->
      if reason = missing(cell.code, toolchains, absent) do
        defined = Map.new(defined(cell.code), &{&1, reason})
        {Map.put(skipped, cell, reason), Map.merge(absent, defined)}
      else
        {skipped, absent}
      end
    end)
  end

  @doc """
  Returns the cells that need a toolchain: those that name one, and those that name a module that
  such a cell defines.
  """
  @spec dependent([Cell.t()], [module()]) :: [Cell.t()]
  def dependent(cells, toolchains) do
    {dependent, _modules} =
      Enum.flat_map_reduce(cells, toolchains, fn cell, modules ->
        if Enum.any?(modules(cell.code), &(&1 in modules)),
          do: {[cell], defined(cell.code) ++ modules},
          else: {[], modules}
      end)

    dependent
  end

  @doc "Prepares the toolchains that the cell names."
  @spec prepare(Cell.t(), [module()]) :: :ok
  def prepare(cell, toolchains) do
    named = named(cell.code, toolchains)

    for tool <- toolchains,
        tool in named,
        lacking(tool, toolchains) == nil,
        do: tool.prepare(cell.code)

    :ok
  end

  defp lacking(module, toolchains) do
    cond do
      not Code.ensure_loaded?(module) -> "#{inspect(module)} is not installed"
      module in toolchains -> module.missing()
      true -> nil
    end
  end

  defp defined(code) do
    for {:defmodule, _, [{:__aliases__, _, parts} | _]} <- nodes(code),
        module <- parts |> prefixes() |> Enum.take(-1),
        do: module
  end

  # Includes the parents: `Kino.Tree` needs Kino.
  defp modules(code) do
    for {:__aliases__, _, parts} <- nodes(code), module <- prefixes(parts), uniq: true, do: module
  end

  defp prefixes(parts) do
    parts
    |> Enum.take_while(&is_atom/1)
    |> Enum.scan([], &(&2 ++ [&1]))
    |> Enum.map(&Module.concat/1)
  end

  defp nodes(code) do
    case Code.string_to_quoted(code) do
      {:ok, quoted} -> Macro.prewalker(quoted)
      {:error, _} -> []
    end
  end
end
