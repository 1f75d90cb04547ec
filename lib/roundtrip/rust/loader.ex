defmodule Roundtrip.Rust.Loader do
  @moduledoc false
  # Loads the library of a cell, and unloads it.
  #
  # The NIFs are not loaded into the cell's own module, which delegates to them, but into one whose
  # name contains a hash of the source. A version whose Rust may still run when the cell is evaluated
  # again can so stay loaded. Unloading it would crash the VM, which frees the resource types of a
  # library although a thread or a dirty NIF may still create a resource.

  alias Roundtrip.Rust.{Build, Cache, Error, MappedLibraries}

  @doc """
  Unloads the module of a cell, and the library of its NIFs if it was not loaded to stay.

  A library is unmapped once no resource of it exists.
  """
  @spec unload(module()) :: :ok
  def unload(module) do
    with {nifs, false} <- loaded(module), do: purge(nifs)
    purge(module)
  end

  defp purge(module) do
    # The VM keeps one old version of a module, so purge that one first.
    :code.purge(module)
    :code.delete(module)
    :code.purge(module)
    :ok
  end

  @doc """
  Loads the library of a build into a module with these stubs.

  With `stays?` it is never unloaded, and the same source is not loaded again.
  """
  @spec load(Build.t(), [{atom(), arity()}], boolean()) :: :ok | {:error, {atom(), charlist()}}
  def load(%Build{crate: crate} = build, stubs, stays?) do
    with :ok <-
           if(stays? and :erlang.module_loaded(crate.nifs), do: :ok, else: load(build, stubs)) do
      :persistent_term.put({__MODULE__, crate.module}, {crate.nifs, stays?})
    end
  end

  defp load(%Build{crate: %{nifs: nifs}} = build, stubs) do
    create(nifs, stubs)
    path = Path.join([build.folder, "loads", MappedLibraries.prefix() <> Cache.unique()])

    with {:error, reason} <- load_copy(nifs, build, path) do
      purge(nifs)
      {:error, reason}
    end
  end

  # Without the environment of the cell: Livebook deletes the modules that were defined in it.
  defp create(nifs, stubs) do
    contents =
      for {name, arity} <- stubs do
        arguments = List.duplicate({:_, [], nil}, arity)

        quote do
          def unquote(name)(unquote_splicing(arguments)), do: :erlang.nif_error(:nif_not_loaded)
        end
      end

    load = quote do: def(__load__(path), do: :erlang.load_nif(path, 0))
    Module.create(nifs, [quote(do: @moduledoc(false)), load | contents], file: "nofile")
  end

  # A copy has a new name: the system's loader would return the library that is already loaded for a
  # file name it knows.
  defp load_copy(nifs, build, path) do
    copy = path <> extension()
    File.mkdir_p!(Path.dirname(copy))
    File.cp!(build.library, copy)

    # Reading a mapped file beyond its end is a SIGBUS, which ends the VM.
    if Cache.checksum(copy) != build.checksum do
      raise Error, "another build has changed #{build.library}: evaluate the cell again"
    end

    nifs.__load__(native(path))
  after
    # Windows can't remove a library that is loaded. Cache.prune/1 removes it a day later.
    File.rm(path <> extension())
  end

  # `:erlang.load_nif/2` takes a charlist: of bytes if file names are latin1, otherwise of characters.
  defp native(path) do
    if :file.native_name_encoding() == :latin1,
      do: :binary.bin_to_list(path),
      else: String.to_charlist(path)
  end

  defp extension, do: if(match?({:win32, _}, :os.type()), do: ".dll", else: ".so")

  @doc "Returns whether the library of a cell was ever loaded for the module."
  @spec loaded?(module()) :: boolean()
  def loaded?(module), do: loaded(module) != nil

  defp loaded(module), do: :persistent_term.get({__MODULE__, module}, nil)
end
