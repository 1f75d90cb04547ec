defmodule Roundtrip.FuzzTest do
  # The VM that calls the NIFs is another one.
  use ExUnit.Case, async: true

  alias Roundtrip.Fuzz
  alias Roundtrip.Fuzz.Child

  # It takes seconds, and longer only where it has found something.
  @tag timeout: 600_000
  test "random terms end no VM, hold no scheduler, and leave nothing behind" do
    counts = run(calls: 200, milliseconds: 50)
    assert counts |> Map.keys() |> Enum.sort() == Enum.sort(for nif <- Child.nifs(), do: nif.text)

    for %{arity: arity, text: nif} when arity > 0 <- Child.nifs(), count = counts[nif] do
      entered = count[:returned] + count[:raised] + count[:panicked] + count[:killed]

      assert entered > 0,
             "#{nif} rejected all of #{count[:rejected]} calls: are its @spec's types right?"
    end
  end

  # CONTRIBUTING.md says how to run it.
  @tag :fuzz
  @tag timeout: :infinity
  test "a million calls of each NIF" do
    calls = number("FUZZ_CALLS", 1_000_000)
    minutes = number("FUZZ_MINUTES", 10)
    milliseconds = div(minutes * 60_000, length(Child.nifs()))
    options = [calls: calls, milliseconds: milliseconds, only: System.get_env("FUZZ_ONLY")]

    for {nif, counts} <- Enum.sort(run(options)) do
      counts = for {outcome, count} <- counts, do: "#{count} #{outcome}"
      IO.puts("#{nif}: #{Enum.join(counts, ", ")}")
    end
  end

  defp run(options) do
    seed = number("FUZZ_SEED", ExUnit.configuration()[:seed])

    case Fuzz.run([seed: seed] ++ options) do
      {:ok, counts} -> Map.new(counts)
      {:error, text} -> flunk(text)
    end
  end

  defp number(variable, default),
    do: variable |> System.get_env(to_string(default)) |> String.to_integer()
end
