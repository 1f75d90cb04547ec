defmodule Roundtrip.Rust.Loader do
  @moduledoc false
  # Puts a library into a module, and takes an old one away.

  alias Roundtrip.Rust.{Cache, Mapped}

  @doc "Takes a module away, and with it its library, unless something still holds that."
  @spec unload(module()) :: :ok
  def unload(module) do
    # There is room for one old version only: what is old already goes first.
    :code.purge(module)
    :code.delete(module)
    :code.purge(module)
    :ok
  end

  @doc """
  Loads a library into the module of a cell, from a copy of its own: the system knows a file by its
  place on the disk, and would take a second one there for the first.
  """
  @spec load(module(), Path.t(), Path.t()) :: :ok | {:error, {atom(), charlist()}}
  def load(module, library, folder) do
    File.mkdir_p!(folder)
    path = Path.join(folder, Mapped.prefix() <> Cache.unique())
    copy = path <> extension()
    File.cp!(library, copy)

    try do
      with :ok <- module.__rust__({:load, String.to_charlist(path)}) do
        :persistent_term.put({__MODULE__, :loaded, module}, true)
      end
    after
      # Windows removes no library in use; Cache.prune/1 does, a day later.
      File.rm(copy)
    end
  end

  defp extension, do: if(match?({:win32, _}, :os.type()), do: ".dll", else: ".so")

  @doc "Whether a cell's library was ever loaded into the module."
  @spec loaded?(module()) :: boolean()
  def loaded?(module), do: :persistent_term.get({__MODULE__, :loaded, module}, false)

  @doc """
  Keeps the library of a module for as long as the VM lives: it stays mapped while a resource of it
  is held. Taking the code away under a thread that runs it would crash the VM.
  """
  @spec pin(module()) :: :ok
  def pin(module), do: :persistent_term.put({__MODULE__, make_ref()}, module.__rust_pin__())
end
