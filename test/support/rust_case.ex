defmodule Roundtrip.RustCase do
  @moduledoc """
  Tests that compile Rust in cells: `use Roundtrip.RustCase`. They share one cache in `_build`, and
  are skipped, with the reason, where there is no toolchain.
  """

  use ExUnit.CaseTemplate

  using do
    quote do
      import Roundtrip.RustCase

      @moduletag skip: Roundtrip.Rust.missing()
      # The first one builds what all of them share.
      @moduletag timeout: 300_000
    end
  end

  setup do
    put_env(%{"ROUNDTRIP_CACHE" => Path.expand("_build/cells")})
    # A module that is defined again is what these tests are about.
    options = Code.compiler_options(ignore_module_conflict: true)
    on_exit(fn -> Code.compiler_options(options) end)
  end

  @doc "Sets environment variables for one test; `nil` takes one away."
  def put_env(variables) do
    before = Map.new(variables, fn {name, _} -> {name, System.get_env(name)} end)
    System.put_env(Map.to_list(variables))
    on_exit(fn -> System.put_env(Map.to_list(before)) end)
  end

  @doc "The code of a cell that defines a module with this Rust and these stubs."
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

  @doc "Evaluates a cell in a process of its own, as Livebook does."
  def evaluate(module, rust, stubs) do
    code = cell(module, rust, stubs)
    # Its failure is an answer here, not the end of the test.
    task = Task.async(fn -> try(do: ok(Code.eval_string(code)), rescue: (error -> error)) end)
    Task.await(task, 120_000)
  end

  defp ok({{:module, module, _, _}, _}), do: {:ok, module}

  @doc "Evaluates a cell that must compile, and gives what it printed."
  def printed(module, rust, stubs) do
    ExUnit.CaptureIO.capture_io(fn -> {:ok, ^module} = evaluate(module, rust, stubs) end)
  end

  @doc "Asks until the answer is true; it flunks after a minute."
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
