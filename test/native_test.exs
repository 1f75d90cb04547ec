defmodule Roundtrip.NativeTest do
  use ExUnit.Case, async: true

  alias Roundtrip.FirstCall.SecondVM

  # If the library isn't loaded, no doctest can run, and the tests below say why.
  # A variable, because `doctest` of a name requires the module even where the `if` is false.
  for module <- [Roundtrip.Native], Code.ensure_loaded?(module), do: doctest(module)

  @modules %{
    Roundtrip.Native => {"roundtrip_nif", "lib/roundtrip/native.ex", "native/nif/src"},
    Roundtrip.Server.Native =>
      {"roundtrip_server", "lib/roundtrip/server/native.ex", "native/server/src"}
  }

  for {module, {crate, file, sources}} <- @modules do
    test "the library of #{inspect(module)} loads" do
      assert Code.ensure_loaded?(unquote(module))
    end

    test "every NIF of #{inspect(module)} has a stub of its name and arity, and every stub a NIF" do
      stubs = stubs(unquote(file))

      nifs =
        if Code.ensure_loaded?(unquote(module)),
          do: unquote(module).module_info(:nifs),
          else: nifs_in_library(unquote(module), unquote(crate), Map.keys(stubs))

      assert nifs != []
      differences = differences(nifs, stubs, unquote(file), unquote(sources))
      assert differences == [], Enum.join(differences, "\n")
    end
  end

  test "a missing stub, a wrong arity and a stub without NIF are found, with file and line" do
    {crate, file, sources} = @modules[Roundtrip.Native]
    {line, stubs} = Map.pop!(stubs(file), {:add, 2})
    stubs = stubs |> Map.delete({:mean, 2}) |> Map.merge(%{{:add, 3} => line, {:no_nif, 0} => 1})
    nifs = nifs_in_library(Roundtrip.Native, crate, Map.keys(stubs))

    # Among others, if the stubs really differ: the test before this one shows those.
    differences = differences(nifs, stubs, file, sources)
    assert "#{file}:1: no_nif/0 has no NIF" in differences

    for expected <- [
          ~r"^#{file}:#{line}: add/3 has no NIF; #{sources}/first_call.rs:\d+ has add/2$",
          ~r"^#{sources}/first_call.rs:\d+: mean/2 has no stub in #{file}$"
        ] do
      assert Enum.any?(differences, &(&1 =~ expected)), inspect(differences)
    end
  end

  # The VM refuses a library that has a NIF without a stub, and names the first. Here the stubs that
  # it misses are added one after the other, in a second VM, until it loads the library.
  defp nifs_in_library(module, crate, stubs) do
    [library | _] = Path.wildcard(Application.app_dir(:roundtrip, "priv/native/*#{crate}*"))
    {:ok, peer, _node} = :peer.start_link(%{connection: :standard_io})
    nifs = load(peer, module, library |> Path.rootname() |> String.to_charlist(), stubs)
    :peer.stop(peer)
    nifs
  end

  defp load(peer, module, library, stubs) do
    code = SecondVM.code(stubs, module)
    {:module, ^module} = :peer.call(peer, :code, :load_binary, [module, ~c"nofile", code])

    case :peer.call(peer, module, :try_load, [library]) do
      :ok ->
        :peer.call(peer, module, :module_info, [:nifs])

      {:error, {:bad_lib, text}} ->
        [_, name, arity] = Regex.run(~r"not found .*:(\S+)/(\d+)", to_string(text))
        missing = {String.to_atom(name), String.to_integer(arity)}
        load(peer, module, library, [missing | stubs])
    end
  end

  defp differences(nifs, stubs, file, sources) do
    without_stub = nifs -- Map.keys(stubs)

    without_nif =
      for {{name, _} = stub, line} <- stubs, stub not in nifs do
        arities = for {^name, arity} <- without_stub, do: arity
        {name, "#{file}:#{line}: #{text(stub)} has no NIF" <> instead(name, arities, sources)}
      end

    Keyword.values(without_nif) ++
      for {name, _} = nif <- without_stub, not Keyword.has_key?(without_nif, name) do
        "#{where(name, sources)}: #{text(nif)} has no stub in #{file}"
      end
  end

  defp instead(_name, [], _sources), do: ""
  defp instead(name, [arity | _], sources), do: "; #{where(name, sources)} has #{name}/#{arity}"

  defp text({name, arity}), do: "#{name}/#{arity}"

  # The VM doesn't know where in Rust a NIF is defined. A name that Rust can't spell is an attribute.
  defp where(name, sources) do
    definition = ~r/\bfn #{name}\b|name = "#{Regex.escape(to_string(name))}"/

    lines =
      for file <- Path.wildcard("#{sources}/**/*.rs"),
          {text, number} <- Enum.with_index(File.stream!(file), 1),
          text =~ definition,
          do: "#{file}:#{number}"

    List.first(lines, sources)
  end

  defp stubs(file) do
    {_, stubs} =
      file
      |> File.read!()
      |> Code.string_to_quoted!()
      |> Macro.prewalk(%{}, fn
        {:def, meta, [{name, _, arguments} | _]} = node, stubs ->
          {node, Map.put(stubs, {name, length(arguments || [])}, meta[:line])}

        node, stubs ->
          {node, stubs}
      end)

    stubs
  end
end
