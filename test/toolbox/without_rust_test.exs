defmodule Roundtrip.Toolbox.WithoutRustTest do
  # The environment is changed here.
  use ExUnit.Case, async: false

  alias Roundtrip.Toolbox.Command
  import Roundtrip.LessonCase, only: [run: 2]

  @separator if match?({:win32, _}, :os.type()), do: ";", else: ":"

  setup do
    path = System.get_env("PATH")
    on_exit(fn -> System.put_env("PATH", path) end)
    System.put_env("PATH", without_cargo(path))
  end

  test "the lesson holds for a reader without Rust" do
    refute Command.installed?("cargo")
    run("toolbox", solved: false)
  end

  # As bin/prepare.sh does for readers.
  defp without_cargo(path) do
    path
    |> String.split(@separator)
    |> Enum.reject(&(Path.wildcard(Path.join(&1, "{cargo,rustc}{,.exe}")) != []))
    |> Enum.join(@separator)
  end
end
