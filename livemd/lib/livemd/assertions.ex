defmodule Livemd.Assertions do
  @moduledoc "Finds assertions in code: calls of `assert`, `assert_...`, `refute` and `refute_...`."

  @definitions [:def, :defp, :defmacro, :defmacrop]

  @doc """
  How many there are; none in code that does not parse.

      iex> Livemd.Assertions.count("assert 1 == 1\\nrefute_received :no")
      2
  """
  @spec count(String.t()) :: non_neg_integer()
  def count(code) do
    case Code.string_to_quoted(code) do
      {:ok, quoted} -> quoted |> Macro.prewalk(0, &node/2) |> elem(1)
      {:error, _} -> 0
    end
  end

  # A helper named like an assertion is not one where it is defined.
  defp node({definition, meta, [_head | body]}, count) when definition in @definitions do
    {{definition, meta, body}, count}
  end

  defp node({{:., _, [_, name]}, _, args} = node, count) when is_atom(name) and is_list(args) do
    {node, count + one(name)}
  end

  defp node({name, _, args} = node, count) when is_atom(name) and is_list(args) do
    {node, count + one(name)}
  end

  defp node(node, count), do: {node, count}

  defp one(name) do
    if Atom.to_string(name) =~ ~r/\A(assert|refute)(_|\z)/, do: 1, else: 0
  end
end
