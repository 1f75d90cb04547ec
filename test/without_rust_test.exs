defmodule Roundtrip.WithoutRustTest do
  # PATH is changed here.
  use ExUnit.Case, async: false

  alias Livemd.{Notebook, Requirements}
  import Roundtrip.LessonCase, only: [read: 1, run: 2]

  # Their cells name cargo in another way than by `Roundtrip.Rust`, so here they run.
  @name_cargo ~w(project toolbox)

  setup do
    path = System.get_env("PATH")
    on_exit(fn -> System.put_env("PATH", path) end)
    System.put_env("PATH", Roundtrip.SearchPath.without_cargo(path))
  end

  # Which cells are skipped is read from the code: nothing has to run. Their variables are the
  # linter's concern.
  for lesson <- Roundtrip.lessons() do
    test "#{lesson} loses the cells that need Rust, and nothing that others rely on" do
      lesson = unquote(lesson)
      cells = Notebook.cells(read(lesson))
      needy = Requirements.dependent(cells, [Roundtrip.Rust])
      {skipped, _modules} = Requirements.skipped(cells, [Roundtrip.Rust])
      reasons = for cell <- cells, "Rust" <> _ = reason <- [skipped[cell]], do: {cell, reason}

      assert Enum.map(reasons, &elem(&1, 0)) == needy

      for {cell, reason} <- reasons do
        assert reason =~ "https://rustup.rs"
        refute cell.code =~ ~r/^(import|alias|require) /m, "line #{cell.line}"
      end

      unless lesson in @name_cargo do
        for cell <- cells -- needy do
          refute cell.code =~ ~r/cargo|rustc|System\.cmd|Toolbox\.(?!CapturedVM)/,
                 "line #{cell.line}"
        end
      end
    end
  end

  for lesson <- @name_cargo do
    test "#{lesson} holds, and skips the cells that need Rust" do
      report = run(unquote(lesson), mode: :shipped)
      skipped = for {cell, "Rust" <> _} <- report.skipped, do: cell
      cells = Notebook.cells(read(unquote(lesson)))
      assert skipped == Requirements.dependent(cells, [Roundtrip.Rust])
    end
  end
end
