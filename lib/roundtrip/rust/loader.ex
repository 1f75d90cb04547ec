defmodule Roundtrip.Rust.Loader do
  @moduledoc false
  # Puts a library into a module, and takes an old one away.

  alias Roundtrip.Rust.Cache

  @doc "Takes a module away, with its library; whether it was there."
  @spec unload(module()) :: boolean()
  def unload(module) do
    loaded? = :erlang.module_loaded(module)
    # Code that is old already must go before there is room for more.
    :code.purge(module)
    :code.delete(module)
    :code.purge(module)
    loaded?
  end

  @doc "Loads a copy of the library: the system knows a file by its place on the disk."
  @spec load(module(), Path.t(), Path.t()) :: :ok | {:error, {atom(), charlist()}}
  def load(module, library, folder) do
    loads = Path.join(folder, "loads")
    File.mkdir_p!(loads)
    copy = Path.join(loads, "#{module}-#{Cache.unique()}")
    file = copy <> extension()
    File.cp!(library, file)

    try do
      module.__rust__({:load, String.to_charlist(copy)})
    after
      File.rm(file)
    end
  end

  defp extension, do: if(match?({:win32, _}, :os.type()), do: ".dll", else: ".so")

  @doc "Keeps the library of a module for as long as the VM lives."
  def pin(module) do
    :persistent_term.put({__MODULE__, :pin, make_ref()}, module.__rust_pin__())
  end
end
