defmodule Roundtrip.Server.ContractTest do
  use ExUnit.Case, async: true

  alias Roundtrip.Server.{Config, Native, Request}
  alias Roundtrip.Structs.Contract

  test "no struct has drifted" do
    for sample <- Native.struct_samples() do
      assert Contract.matches?(sample),
             "#{inspect(sample.__struct__)}: #{inspect(Contract.drift(sample))}"
    end
  end

  test "the samples hold every struct that the Rust sources name" do
    named =
      for file <- Path.wildcard("native/server/src/*.rs"),
          [_, module] <- Regex.scan(~r/^#\[module = "([\w.]+)"\]/m, File.read!(file)),
          # The teaching copy keeps structs of its own, which drift on purpose.
          not String.contains?(module, "FirstVersion"),
          do: Module.concat([module])

    # Rust builds a request by hand, from atoms.
    sampled = Enum.map(Native.struct_samples(), & &1.__struct__)
    assert Enum.sort([Request | named]) == Enum.sort(sampled)
  end

  test "each field of the configuration is checked, by its name" do
    for {field, low} <- [
          port: 65_536,
          workers: 0,
          max_body: -1,
          max_headers: 255,
          max_connections: 0,
          max_in_flight: 0,
          header_timeout: 0,
          body_timeout: 0,
          idle_timeout: 0,
          write_timeout: 0,
          deadline: 0
        ] do
      error = assert_raise ArgumentError, fn -> start([{field, low}]) end
      assert error.message =~ "#{field} must be from"
    end

    assert_raise ErlangError, ~r/field :deadline/, fn -> start(deadline: :never) end
    assert_raise ArgumentError, ~r/^ip must be an IP address/, fn -> start(ip: "nowhere") end
  end

  defp start(options), do: Native.start(struct!(Config, options), self())
end
