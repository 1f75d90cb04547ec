defmodule Roundtrip.Structs.ContractTest do
  use ExUnit.Case, async: true
  doctest Roundtrip.Structs.Contract
  doctest Roundtrip.Structs.LimitError
  doctest Roundtrip.Structs.Request

  alias Roundtrip.Native
  alias Roundtrip.Structs.{Contract, DriftedRequest}

  # `Undefined` has no module, on purpose, and ArgumentError is Elixir's own.
  @without_counterpart [Roundtrip.Structs.Undefined, ArgumentError]

  # The core derives behind its feature `rustler`.
  @module ~r/^#\[(?:cfg_attr\(feature = "rustler", )?module = "([\w.]+)"/m

  test "no struct of the package has drifted, except the one for teaching" do
    for sample <- Native.struct_samples(), sample.__struct__ != DriftedRequest do
      assert Contract.matches?(sample),
             "#{inspect(sample.__struct__)}: #{inspect(Contract.drift(sample))}"
    end
  end

  test "the samples hold every struct that the Rust sources name" do
    named =
      for file <- Path.wildcard("native/{core,nif,support}/src/**/*.rs"),
          [_, module] <- Regex.scan(@module, File.read!(file)),
          do: Module.concat([module])

    sampled = Enum.map(Native.struct_samples(), & &1.__struct__)
    assert Enum.sort(named -- @without_counterpart) == Enum.sort(sampled)
  end

  # Rustler keeps the variants' names in a `HashMap`, which orders them anew in each build.
  test "no enum of the libraries has a derive that makes builds differ" do
    tagged = ~r/NifTaggedEnum.*\]\s*(?:pub )?enum (\w+) \{((?:[^{}]|\{[^{}]*\})*)\n\}/

    for path <- Path.wildcard("native/{core,nif,server,support}/src/**/*.rs"),
        [_, name, variants] <- Regex.scan(tagged, File.read!(path)) do
      assert [_one] = Regex.scan(~r/^    \w+/m, variants), "#{path}: #{name} has several variants"
    end
  end
end
