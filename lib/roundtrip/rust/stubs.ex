defmodule Roundtrip.Rust.Stubs do
  @moduledoc false
  # The two halves of a contract: each NIF has its stub, and each stub its NIF.

  @doc "The functions of a module that is being defined whose body is `:erlang.nif_error(...)`."
  @spec defined(module()) :: [{atom(), arity()}]
  def defined(module) do
    for function <- Module.definitions_in(module), stub?(module, function), do: function
  end

  defp stub?(module, function) do
    {:v1, _kind, _meta, clauses} = Module.get_definition(module, function)

    Enum.any?(clauses, fn {_meta, _args, _guards, body} ->
      match?({{:., _, [:erlang, :nif_error]}, _, _}, body)
    end)
  end

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

    """
    the Rust of #{inspect(module)} has the NIF #{name}/#{arity}, and #{others(module, name)}.
    Add the stub, or give the one you have #{arguments(arity)}:

        def #{name}(#{arguments(arity, "_arg")}), do: :erlang.nif_error(:nif_not_loaded)
    """
    |> String.trim_trailing()
  end

  defp others(module, name) do
    case for {other, arity} <- module.__info__(:functions), "#{other}" == name, do: arity do
      [] -> "the module defines no function of that name"
      arities -> "the module defines #{Enum.map_join(arities, ", ", &"#{name}/#{&1}")} only"
    end
  end

  defp arguments(1), do: "1 argument"
  defp arguments(arity), do: "#{arity} arguments"

  defp arguments(1, name), do: name
  defp arguments(arity, name), do: Enum.map_join(1..arity//1, ", ", &"#{name}#{&1}")

  @doc "What is wrong when some of the stubs have no NIF; `nil` where each has."
  @spec alone(module(), [{atom(), arity()}]) :: nil | String.t()
  def alone(module, stubs) do
    case stubs -- module.module_info(:nifs) do
      [] ->
        nil

      [{name, arity} | _] = alone ->
        """
        #{inspect(module)} has #{Enum.map_join(alone, ", ", fn {name, arity} -> "the stub #{name}/#{arity}" end)}, and its Rust has no such NIF.
        Take the stub away, or write the function in Rust with #{arguments(arity)}:

            #[rustler::nif]
            fn #{name}(...)
        """
        |> String.trim_trailing()
    end
  end
end
