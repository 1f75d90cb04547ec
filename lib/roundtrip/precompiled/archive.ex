defmodule Roundtrip.Precompiled.Archive do
  @moduledoc """
  Installs a NIF library from a local archive, with nothing but OTP.

      Archive.install_file("dist/libshop-v0.1.0-nif-2.15-aarch64-apple-darwin.so.tar.gz",
        "checksum-Elixir.Shop.Native.exs", "priv/native")

  It uses the files that `rustler_precompiled` uses: the folder that
  `RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH` names (by default the same cache), the same file names, and
  `checksum-Elixir.<Module>.exs` in the working directory. It never downloads.

  An archive is unpacked in memory. The library is written to disk only after every check has passed:
  the checksum is right, the archive holds one library and nothing else, and that library is for the
  target in its name. A refused archive therefore leaves no file behind.
  """

  alias Roundtrip.Precompiled.{Machine, Target}

  @doc """
  Installs into `folder` the library of `module`, from the archive in the cache folder.

  `library` is the file name that `Roundtrip.Precompiled.Target.library/4` returns.
  """
  @spec install(module(), String.t(), Path.t()) :: {:ok, Path.t()} | {:error, String.t()}
  def install(module, library, folder),
    do: install_file(Path.join(cache(), library <> ".tar.gz"), "checksum-#{module}.exs", folder)

  @doc """
  Checks whether this VM can load a library of NIF version `built`. The error names both versions.

      iex> Roundtrip.Precompiled.Archive.check_nif_version("2.15", "2.16")
      :ok
      iex> {:error, message} = Roundtrip.Precompiled.Archive.check_nif_version("2.17", "2.16")
      iex> message =~ "needs NIF version 2.17, this Erlang/OTP has 2.16"
      true
  """
  @spec check_nif_version(String.t(), String.t()) :: :ok | {:error, String.t()}
  def check_nif_version(built, runtime) do
    if Target.loads?(built, runtime) do
      :ok
    else
      {:error,
       "the library needs NIF version #{built}, this Erlang/OTP has #{runtime}; " <>
         "use a newer Erlang/OTP"}
    end
  end

  @doc """
  Installs the library in one archive, if the checksum file has the checksum of its bytes.

  The name of the archive says what it holds. The archive is refused if this VM can't load a library
  of that NIF version, or if the library is for another target than the name says. It is not refused
  because that target is another machine than this one.
  """
  @spec install_file(Path.t(), Path.t(), Path.t()) :: {:ok, Path.t()} | {:error, String.t()}
  def install_file(archive, checksums, folder) do
    with {:ok, library, content} <- read_library(archive, checksums),
         do: write(Path.join(folder, library), content)
  end

  @doc """
  Returns whether `folder` has an archive that the checksum file knows, and that can be installed on
  this machine: its version is `version`, and its library is for the running VM.
  """
  @spec available?(Path.t(), Path.t(), String.t()) :: boolean()
  def available?(folder, checksums, version) do
    with {:ok, triple} <- Target.triple(), {:ok, text} <- File.read(checksums) do
      Enum.any?(entries(text), fn {name, _checksum} ->
        match?({:ok, %{version: ^version, triple: ^triple}}, Target.parts(library_name(name))) and
          match?({:ok, _, _}, read_library(Path.join(folder, name), checksums))
      end)
    else
      {:error, _} -> false
    end
  end

  defp library_name(archive), do: Path.basename(archive, ".tar.gz")

  # The library's name and its bytes, once every check has passed.
  defp read_library(archive, checksums) do
    name = Path.basename(archive)
    library = library_name(name)
    runtime = to_string(:erlang.system_info(:nif_version))

    with {:ok, parts} <- Target.parts(library),
         :ok <- check_nif_version(parts.nif_version, runtime),
         {:ok, expected} <- expected(checksums, name),
         {:ok, bytes} <- read(archive),
         :ok <- verify(name, bytes, expected),
         {:ok, content} <- unpack(name, library, bytes),
         :ok <- check_machine(name, content, parts.triple) do
      {:ok, library, content}
    end
  end

  defp cache do
    System.get_env("RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH") ||
      :filename.basedir(:user_cache, "rustler_precompiled/precompiled_nifs")
  end

  defp expected(checksums, name) do
    case File.read(checksums) do
      {:ok, text} -> text |> entries() |> expected_entry(checksums, name)
      {:error, _} -> {:error, "#{checksums} is missing; `cargo xtask dist` writes it"}
    end
  end

  # Returns a map from archives to checksums. Parsed, so that installing runs no code in that file.
  defp entries(text) do
    case Code.string_to_quoted(text) do
      {:ok, {:%{}, _, pairs}} ->
        Map.new(for {k, v} <- pairs, is_binary(k), is_binary(v), do: {k, v})

      _ ->
        %{}
    end
  end

  defp expected_entry(entries, checksums, name) do
    case entries do
      %{^name => "sha256:" <> hex} ->
        {:ok, hex}

      _ ->
        known = entries |> Map.keys() |> Enum.map_join(", ", &Path.basename(&1, ".tar.gz"))

        {:error,
         "#{checksums} has no line for #{name}: there is no artifact for this platform " <>
           "(it has: #{known}); `cargo xtask dist` builds one"}
    end
  end

  defp read(archive) do
    with {:error, reason} <- File.read(archive) do
      {:error,
       "#{archive} cannot be read (#{:file.format_error(reason)}); `cargo xtask dist` builds it " <>
         "into dist/, and RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH names the folder to install from"}
    end
  end

  defp verify(name, bytes, expected) do
    case Base.encode16(:crypto.hash(:sha256, bytes), case: :lower) do
      ^expected ->
        :ok

      found ->
        {:error,
         "wrong checksum for #{name}: expected #{expected}, found #{found}; nothing was installed. " <>
           "Remove the file and download it again, or build it (`cargo xtask dist`)"}
    end
  end

  # In memory, so that a name such as ../evil in the archive is never written to.
  defp unpack(name, library, bytes) do
    with {:ok, tar} <- gunzip(name, bytes),
         {:ok, entries} <- entries_of(name, tar),
         :ok <- check_single(name, library, entries) do
      {:ok, [{_, content}]} = :erl_tar.extract({:binary, tar}, [:memory])
      {:ok, content}
    end
  end

  defp gunzip(name, bytes) do
    {:ok, :zlib.gunzip(bytes)}
  rescue
    ErlangError -> {:error, "#{name} is not a readable archive (corrupt or truncated)"}
  end

  # The table lists links and devices too, which an extraction to memory silently leaves out.
  defp entries_of(name, tar) do
    with {:error, reason} <- :erl_tar.table({:binary, tar}, [:verbose]) do
      {:error, "#{name} is not a readable archive (#{inspect(reason)})"}
    end
  end

  defp check_single(name, library, entries) do
    case for(entry <- entries, do: {to_string(elem(entry, 0)), elem(entry, 1)}) do
      [{^library, :regular}] -> :ok
      held -> {:error, "#{name} must hold #{library} alone, but holds #{describe(held)}"}
    end
  end

  defp describe([]), do: "nothing"
  defp describe(entries), do: Enum.map_join(entries, ", ", &describe_entry/1)

  defp describe_entry({file, :regular}), do: inspect(file)
  defp describe_entry({file, type}), do: "a #{type} #{inspect(file)}"

  defp check_machine(name, content, triple) do
    with {:error, message} <- Machine.check(content, triple), do: {:error, "#{name} #{message}"}
  end

  defp write(path, library) do
    partial = path <> ".part"

    # Renamed at the end, so that an interrupted install leaves no incomplete library.
    with :ok <- File.mkdir_p(Path.dirname(path)),
         :ok <- File.write(partial, library),
         :ok <- File.rename(partial, path) do
      {:ok, path}
    else
      {:error, reason} ->
        File.rm(partial)
        {:error, "#{path} cannot be written (#{:file.format_error(reason)})"}
    end
  end
end
