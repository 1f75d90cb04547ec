defmodule Roundtrip.RustCase do
  @moduledoc """
  A case template for tests that compile Rust in cells: `use Roundtrip.RustCase`. They are skipped, with
  the reason, if there is no toolchain.
  """

  use ExUnit.CaseTemplate

  using do
    quote do
      import Roundtrip.RustCase

      @moduletag skip: Roundtrip.Rust.missing()
      # The first test builds the shared dependencies.
      @moduletag timeout: 300_000
    end
  end

  setup do
    # These tests define modules again on purpose.
    options = Code.compiler_options(ignore_module_conflict: true)
    on_exit(fn -> Code.compiler_options(options) end)
  end

  @doc "Sets environment variables for one test; `nil` deletes one."
  def put_env(variables) do
    before = Map.new(variables, fn {name, _} -> {name, System.get_env(name)} end)
    System.put_env(Map.to_list(variables))
    on_exit(fn -> System.put_env(Map.to_list(before)) end)
  end

  @doc "Returns the code of a cell that defines a module with this Rust and these stubs."
  def cell(module, rust, stubs) do
    defs =
      for {name, arity} <- stubs do
        arguments = Enum.map_join(1..arity//1, ", ", fn n -> "_arg#{n}" end)
        "  def #{name}(#{arguments}), do: :erlang.nif_error(:nif_not_loaded)\n"
      end

    """
    defmodule #{inspect(module)} do
      use Roundtrip.Rust, source: #{inspect(rust, printable_limit: :infinity)}
    #{defs}end
    """
  end

  @doc "Evaluates a cell in a separate process, as Livebook does. Returns `{:ok, module}` or the error."
  def evaluate(module, rust, stubs) do
    code = cell(module, rust, stubs)
    # The task is linked to the test, so an error must be returned and not raised.
    task = Task.async(fn -> try(do: ok(Code.eval_string(code)), rescue: (error -> error)) end)
    Task.await(task, 120_000)
  end

  defp ok({{:module, module, _, _}, _}), do: {:ok, module}

  @doc "Evaluates a cell that must compile, and returns its output."
  def printed(module, rust, stubs) do
    ExUnit.CaptureIO.capture_io(fn -> {:ok, ^module} = evaluate(module, rust, stubs) end)
  end

  @doc "Calls `fun` until it returns true; flunks after a minute."
  def wait_until(what, fun, deadline \\ now() + 60_000) do
    cond do
      fun.() ->
        :ok

      now() > deadline ->
        flunk("not seen within a minute: #{what}")

      true ->
        receive do
        after
          20 -> wait_until(what, fun, deadline)
        end
    end
  end

  defp now, do: System.monotonic_time(:millisecond)
end
