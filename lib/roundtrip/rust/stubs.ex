defmodule Roundtrip.Rust.Stubs do
  @moduledoc false
  # Checks that each NIF has a stub and each stub a NIF. A stub is a function of the Elixir module
  # whose body ends in `:erlang.nif_error(...)`; loading the library replaces it.

  alias Roundtrip.Rust.Skipped

  @doc "Returns the stubs of a module that is being defined."
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

  # A stub may do something else first.
  defp last({:__block__, _meta, [_ | _] = expressions}), do: List.last(expressions)
  defp last(expression), do: expression

  @doc """
  Removes the stubs of a module that is being defined, and returns definitions that call the
  functions of the same names in another module.
  """
  @spec delegate(module(), [{atom(), arity()}], module()) :: [Macro.t()]
  def delegate(module, stubs, nifs) do
    replace(module, stubs, fn name, arguments ->
      quote do: unquote(nifs).unquote(name)(unquote_splicing(arguments))
    end)
  end

  @doc """
  Removes the stubs of a module that is being defined, and returns definitions that raise
  `Roundtrip.Rust.Skipped` in their place.
  """
  @spec skip(module(), [{atom(), arity()}]) :: [Macro.t()]
  def skip(module, stubs) do
    # The VM calls this function for one that the module doesn't define: a missing stub, for example.
    others = {:"$handle_undefined_function", 2}

    replace(module, [others | stubs], fn _name, arguments ->
      # Without a stack trace, because the reader made no mistake that it could show. With `raise` or
      # `reraise`, Elixir's type checker would warn in the callers that they always fail.
      quote do
        _ = unquote(arguments)
        apply(:erlang, :raise, [:error, %Skipped{}, []])
      end
    end)
  end

  defp replace(module, functions, body) do
    for {name, arity} = function <- functions do
      Module.delete_definition(module, function)
      arguments = Macro.generate_arguments(arity, __MODULE__)

      quote do
        def unquote(name)(unquote_splicing(arguments)), do: unquote(body.(name, arguments))
      end
    end
  end

  @doc "Explains why the VM refused the library, from the error that `:erlang.load_nif/2` returned."
  @spec load_error(module(), {atom(), charlist()}) :: String.t()
  def load_error(module, {reason, text}) do
    with :bad_lib <- reason,
         [_, name, arity] <- Regex.run(~r/not found .*:(.+)\/(\d+)$/, to_string(text)) do
      missing_stub(module, name, String.to_integer(arity))
    else
      _ -> "the library of #{inspect(module)} was not loaded (#{reason}): #{text}"
    end
  end

  defp missing_stub(module, name, arity) do
    name = String.trim(name, "'")

    "the Rust of #{inspect(module)} has the NIF #{name}/#{arity}, and the module " <>
      "#{without_stub(module, name, arity)}:\n\n" <>
      "    def #{name}(#{arguments(arity)}), do: :erlang.nif_error(:nif_not_loaded)"
  end

  defp without_stub(module, name, arity) do
    arities = for {other, arity} <- Module.definitions_in(module), "#{other}" == name, do: arity
    needs = "Each NIF needs a stub of its name and arity"

    cond do
      arity in arities ->
        "defines a function #{name}/#{arity} that isn't a stub, because its body doesn't end in " <>
          "`:erlang.nif_error(...)`. Only a stub calls the Rust: replace the function by"

      arities == [] ->
        "defines no function of that name. #{needs}"

      true ->
        "defines only #{Enum.map_join(arities, ", ", &"#{name}/#{&1}")}. #{needs}"
    end
  end

  defp arguments(1), do: "_arg"
  defp arguments(arity), do: Enum.map_join(1..arity//1, ", ", &"_arg#{&1}")

  @doc "Explains which stub has no NIF, or which NIF has no stub; `nil` if all have one."
  @spec unmatched(module(), [{atom(), arity()}], [{atom(), arity()}]) :: nil | String.t()
  def unmatched(module, stubs, nifs) do
    case {stubs -- nifs, nifs -- stubs} do
      {[], []} ->
        nil

      {[], [{name, arity} | _]} ->
        missing_stub(module, "#{name}", arity)

      {[{name, arity} | _], _} ->
        "#{inspect(module)} has the stub #{name}/#{arity}, and its Rust has no such NIF: is " <>
          "#[rustler::nif] above the function, and does it take as many arguments (an Env does not count)?"
    end
  end
end
