defmodule Roundtrip.Rust.Loader do
  @moduledoc false
  # Loads the library of a cell into its module, and unloads it.

  alias Roundtrip.Rust.{Cache, MappedLibraries}

  @doc "Unloads a module, and its library unless a resource of it still exists."
  @spec unload(module()) :: :ok
  def unload(module) do
    # The VM keeps one old version of a module, so purge that one first.
    :code.purge(module)
    :code.delete(module)
    :code.purge(module)
    :ok
  end

  @doc """
  Loads a library into the module of a cell.

  It is loaded from a copy with a new name, because the system's loader would return the library that
  is already loaded for a file name it knows.
  """
  @spec load(module(), Path.t(), Path.t()) :: :ok | {:error, {atom(), charlist()}}
  def load(module, library, folder) do
    File.mkdir_p!(folder)
    path = Path.join(folder, MappedLibraries.prefix() <> Cache.unique())
    copy = path <> extension()
    File.cp!(library, copy)

    try do
      with :ok <- module.__rust__({:load, native(path)}) do
        :persistent_term.put({__MODULE__, :loaded, module}, true)
      end
    after
      # Windows can't remove a library that is loaded. Cache.prune/1 removes it a day later.
      File.rm(copy)
    end
  end

  # `:erlang.load_nif/2` takes a charlist: of bytes if file names are latin1, otherwise of characters.
  defp native(path) do
    if :file.native_name_encoding() == :latin1,
      do: :binary.bin_to_list(path),
      else: String.to_charlist(path)
  end

  defp extension, do: if(match?({:win32, _}, :os.type()), do: ".dll", else: ".so")

  @doc "Returns whether the library of a cell was ever loaded into the module."
  @spec loaded?(module()) :: boolean()
  def loaded?(module), do: :persistent_term.get({__MODULE__, :loaded, module}, false)

  @doc """
  Keeps the library of a module mapped until the VM ends, by holding a resource of it.

  Unmapping the code that a thread still runs would crash the VM.
  """
  @spec pin(module()) :: :ok
  def pin(module), do: :persistent_term.put({__MODULE__, make_ref()}, module.__rust_pin__())
end
