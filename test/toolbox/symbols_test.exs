defmodule Roundtrip.Toolbox.SymbolsTest do
  use ExUnit.Case, async: true

  alias Roundtrip.Toolbox.{Command, Symbols}

  test "nm lists the same names, if it is installed and the files are ELF" do
    case Command.run("nm", ["-D", "--undefined-only", Symbols.library()]) do
      {:ok, text} when text != "" ->
        named = for [name] <- Regex.scan(~r/\benif_\w+/, text), do: name
        assert Symbols.required() == Enum.sort(named)

      _ ->
        assert Symbols.required() == [] or not Command.installed?("nm")
    end
  end
end
