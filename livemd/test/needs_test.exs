defmodule Livemd.NeedsTest do
  # The environment is changed here.
  use ExUnit.Case, async: false

  alias Livemd.{Parser, Report, Runner}

  @text """
  # T

  ## S

  ```elixir
  defmodule Needy do
    use Roundtrip.Rust, source: ""
  end
  ```

  ```elixir
  x = 1
  ```

  ```elixir
  Needy.double(x)
  ```

  ```elixir
  x
  ```
  """

  # On this machine there may well be a compiler.
  setup do
    path = System.get_env("PATH")
    on_exit(fn -> System.put_env("PATH", path) end)
    System.put_env("PATH", "")
  end

  test "a cell is skipped without its toolchain, and so is one that names what it would define" do
    {:ok, notebook} = Parser.parse(@text, "n.livemd")
    report = Runner.run(notebook)

    assert [{:skipped, reason}, :ok, {:skipped, reason}, :ok] =
             Enum.map(report.cells, & &1.status)

    assert reason =~ "https://rustup.rs"
    assert Report.ok?(report)
  end
end
