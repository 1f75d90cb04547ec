defmodule Livemd.Tracer do
  @moduledoc """
  The compilation tracer of evaluated cells.

  It refuses to define a module that is already there, as Livebook does, and tells the notebook's
  `Livemd.Output` what was defined, so that it can be taken away again. Code that a cell
  compiles without its own environment (`Code.eval_string/1`) is not traced.
  """

  alias Livemd.Output

  @doc false
  def trace(:start, %{module: module} = env) when module != nil do
    if Code.ensure_loaded?(module) do
      raise CompileError,
        file: env.file,
        line: env.line,
        description: "module #{inspect(module)} is already defined"
    end

    :ok
  end

  def trace({:on_module, _bytecode, _}, %{module: module}), do: Output.defined(module)
  def trace(_event, _env), do: :ok
end
