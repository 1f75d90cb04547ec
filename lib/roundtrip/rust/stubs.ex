defmodule Roundtrip.Rust.Stubs do
  @moduledoc false
  # The two halves of a contract: each NIF has its stub, and each stub its NIF.

  @doc "The functions of a module that is being defined whose body ends in `:erlang.nif_error(...)`."
  @spec defined(module()) :: [{atom(), arity()}]
  def defined(module) do
    for function <- Module.definitions_in(module), stub?(module, function), do: function
  end

  defp stub?(module, function) do
    {:v1, _kind, _meta, clauses} = Module.get_definition(module, function)

    Enum.any?(clauses, fn {_meta, _args, _guards, body} ->
      match?({{:., _, [:erlang, :nif_error]}, _, _}, last(body))
    end)
  end

  # The notebook engine puts a note of the line before it.
  defp last({:__block__, _meta, [_ | _] = expressions}), do: List.last(expressions)
  defp last(expression), do: expression

  @doc "What is wrong when the VM has refused the library, by the reason that it gave."
  @spec refused(module(), {atom(), charlist()}) :: String.t()
  def refused(module, {reason, text}) do
    with :bad_lib <- reason,
         [_, name, arity] <- Regex.run(~r/not found .*:(.+)\/(\d+)$/, to_string(text)) do
      no_stub(module, name, String.to_integer(arity))
    else
      _ -> "the library of #{inspect(module)} was not loaded (#{reason}): #{text}"
    end
  end

  defp no_stub(module, name, arity) do
    name = String.trim(name, "'")

    "the Rust of #{inspect(module)} has the NIF #{name}/#{arity}, and the module " <>
      "#{others(module, name)}. Each NIF needs a stub of its name and arity:\n\n" <>
      "    def #{name}(#{arguments(arity)}), do: :erlang.nif_error(:nif_not_loaded)"
  end

  defp others(module, name) do
    case for {other, arity} <- module.__info__(:functions), "#{other}" == name, do: arity do
      [] -> "defines no function of that name"
      arities -> "defines only #{Enum.map_join(arities, ", ", &"#{name}/#{&1}")}"
    end
  end

  defp arguments(1), do: "_arg"
  defp arguments(arity), do: Enum.map_join(1..arity//1, ", ", &"_arg#{&1}")

  @doc "What is wrong when some of the stubs have no NIF; `nil` where each has."
  @spec alone(module(), [{atom(), arity()}]) :: nil | String.t()
  def alone(module, stubs) do
    case stubs -- module.module_info(:nifs) do
      [] ->
        nil

      [{name, arity} | _] ->
        "#{inspect(module)} has the stub #{name}/#{arity}, and its Rust has no such NIF: is " <>
          "#[rustler::nif] above the function, and does it take as many arguments (an Env does not count)?"
    end
  end
end
