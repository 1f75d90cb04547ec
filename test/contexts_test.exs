defmodule Roundtrip.ContextsTest do
  # Counts the live resources of the whole VM.
  use ExUnit.Case, async: false

  alias Roundtrip.Native
  alias Livemd.{Parser, Report, Runner}

  @notebook """
  # Contexts

  ## A handle, bound again

  ```elixir
  handle = Roundtrip.Native.shared_new(true)
  ```

  ```elixir
  handle = nil
  ```

  ```elixir
  :erlang.garbage_collect()
  ```
  """

  test "a handle that is bound again is not dropped before the notebook ends" do
    {:ok, notebook} = Parser.parse(@notebook, "contexts.livemd")
    before = Native.live_resources()

    {_results, runner} =
      notebook |> Runner.start(leak_check: &Roundtrip.live_counts/0) |> Runner.eval_section(0)

    assert Native.live_resources() == before + 1

    # The leak check waits for the drop, and would report what stays.
    assert runner |> Runner.stop() |> Report.ok?()
    assert Native.live_resources() == before
  end
end
