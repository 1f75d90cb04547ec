defmodule Roundtrip.WithoutRustTest do
  # The environment is changed here.
  use ExUnit.Case, async: false

  alias Livemd.Notebook
  alias Livemd.Needs
  import Roundtrip.LessonCase, only: [read: 1, run: 2]

  @separator if match?({:win32, _}, :os.type()), do: ";", else: ":"

  setup do
    path = System.get_env("PATH")
    on_exit(fn -> System.put_env("PATH", path) end)
    System.put_env("PATH", without_cargo(path))
  end

  for lesson <- Roundtrip.lessons() do
    test "#{lesson} holds, and says what was skipped" do
      lesson = unquote(lesson)
      report = run(lesson, solved: false)
      skipped = for {cell, "Rust" <> _ = reason} <- report.skipped, do: {cell, reason}

      assert Enum.map(skipped, &elem(&1, 0)) ==
               Needs.toolchain(Notebook.cells(read(lesson)))

      for {_cell, reason} <- skipped, do: assert(reason =~ "https://rustup.rs")
    end
  end

  # As bin/prepare.sh does for readers.
  defp without_cargo(path) do
    path
    |> String.split(@separator)
    |> Enum.reject(&(Path.wildcard(Path.join(&1, "{cargo,rustc}{,.exe}")) != []))
    |> Enum.join(@separator)
  end
end
