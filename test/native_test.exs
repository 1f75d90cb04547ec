defmodule Roundtrip.NativeTest do
  use ExUnit.Case, async: true

  # A module whose library is refused would stop every test file from loading: the tests below
  # then say why, with file and line.
  if Code.ensure_loaded?(Roundtrip.Native) do
    doctest Roundtrip.Native
  end

  @modules %{
    Roundtrip.Native => {"lib/roundtrip/native.ex", "native/nif/src"},
    Roundtrip.Server.Native => {"lib/roundtrip/server/native.ex", "native/server/src"}
  }

  for {module, {stubs, sources}} <- @modules do
    test "the library of #{inspect(module)} loads" do
      assert Code.ensure_loaded?(unquote(module))
    end

    test "every NIF in #{sources} has a stub of its name and arity, and every stub its NIF" do
      compare(nifs(unquote(sources)), stubs(unquote(stubs)), unquote(stubs))
    end
  end

  defp compare(nifs, stubs, file) do
    assert nifs != %{}

    for {name, {arity, where}} <- nifs do
      case stubs do
        %{^name => {^arity, _}} ->
          :ok

        %{^name => {other, line}} ->
          flunk("#{file}:#{line}: #{name}/#{other}, but #{where} has #{name}/#{arity}")

        _ ->
          flunk("#{where}: #{name}/#{arity} has no stub in #{file}")
      end
    end

    for {name, {arity, line}} <- stubs, not is_map_key(nifs, name) do
      flunk("#{file}:#{line}: #{name}/#{arity} has no NIF")
    end
  end

  defp nifs(sources) do
    for file <- Path.wildcard("#{sources}/**/*.rs"),
        source = File.read!(file),
        [{start, _}, options, name, arguments] <- signatures(source),
        into: %{} do
      {named(slice(source, options)) || slice(source, name),
       {arity(slice(source, arguments)), "#{file}:#{line(source, start)}"}}
    end
  end

  # The arguments may hold tuples: they end where the result or the body begins.
  @signature ~r/#\[rustler::nif([^\]]*)\]\s*(?:pub(?:\(\w+\))? )?fn (\w+)(?:<[^>]*>)?\((.*?)\)\s*(?:->|\{)/s
  defp signatures(source), do: Regex.scan(@signature, source, return: :index)

  # A name that Rust cannot spell, such as open?.
  defp named(options) do
    with [_, name] <- Regex.run(~r/name = "([^"]+)"/, options), do: name
  end

  # The caller's environment is handed in by rustler, and no argument of the stub.
  defp arity(arguments), do: length(Regex.scan(~r/\w+: (?!Env)/, arguments))

  defp slice(source, {start, length}), do: binary_part(source, start, length)
  defp line(source, start), do: length(String.split(binary_part(source, 0, start), "\n"))

  defp stubs(file) do
    {_, stubs} =
      file
      |> File.read!()
      |> Code.string_to_quoted!()
      |> Macro.prewalk(%{}, fn
        {:def, meta, [{name, _, arguments} | _]} = node, stubs ->
          {node, Map.put(stubs, to_string(name), {length(arguments || []), meta[:line]})}

        node, stubs ->
          {node, stubs}
      end)

    stubs
  end
end
