defmodule Roundtrip.Precompiled.Archive do
  @moduledoc """
  Installs a prebuilt library from a local archive, with OTP alone.

  It reads what `rustler_precompiled` reads: the folder that `RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH`
  names (or its default cache), the same file names, and `checksum-Elixir.<Module>.exs` in the
  working directory. It never downloads. Nothing is unpacked to disk before the checksum holds,
  the archive is known to contain one library and nothing else, and that library is known to be
  one for the machine that the name promises, so a refusal leaves nothing.
  """

  alias Roundtrip.Precompiled
  alias Roundtrip.Precompiled.{Machine, Target}

  @doc "Installs into `folder` what `module` needs on the running VM."
  @spec install(module(), String.t(), String.t(), Path.t()) ::
          {:ok, Path.t()} | {:error, String.t()}
  def install(module, version, crate, folder) do
    with {:ok, triple} <- Target.triple() do
      library = Target.library(crate, version, Precompiled.nif_version(), triple)
      install_file(cache() <> "/#{library}.tar.gz", "checksum-#{module}.exs", folder)
    end
  end

  @doc "Whether a library of version `built` fits the VM; the error names both versions."
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
  Installs the library in one archive, if the checksum file knows that archive's bytes.

  The archive's name says what it holds, and is held to it: a NIF version that this VM loads, and
  a library for that target. Whether the target is this machine is not asked.
  """
  @spec install_file(Path.t(), Path.t(), Path.t()) :: {:ok, Path.t()} | {:error, String.t()}
  def install_file(archive, checksums, folder) do
    name = Path.basename(archive)
    library = Path.basename(name, ".tar.gz")
    runtime = to_string(:erlang.system_info(:nif_version))

    with {:ok, parts} <- Target.parts(library),
         :ok <- check_nif_version(parts.nif_version, runtime),
         {:ok, expected} <- expected(checksums, name),
         {:ok, bytes} <- read(archive),
         :ok <- verify(name, bytes, expected),
         {:ok, content} <- unpack(name, library, bytes),
         :ok <- check_machine(name, content, parts.triple) do
      write(Path.join(folder, library), content)
    end
  end

  defp cache do
    System.get_env("RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH") ||
      :filename.basedir(:user_cache, "rustler_precompiled/precompiled_nifs")
  end

  defp expected(checksums, name) do
    case File.read(checksums) do
      {:ok, text} -> text |> entries() |> expected_entry(checksums, name)
      {:error, _} -> {:error, "#{checksums} is missing; bin/artifacts writes it"}
    end
  end

  # A map literal of strings; anything else is refused rather than evaluated.
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
           "(it has: #{known}); bin/artifacts builds one"}
    end
  end

  defp read(archive) do
    with {:error, reason} <- File.read(archive) do
      {:error,
       "#{archive} cannot be read (#{:file.format_error(reason)}); bin/artifacts builds it, " <>
         "and RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH names its folder"}
    end
  end

  defp verify(name, bytes, expected) do
    case Base.encode16(:crypto.hash(:sha256, bytes), case: :lower) do
      ^expected ->
        :ok

      found ->
        {:error,
         "wrong checksum for #{name}: expected #{expected}, found #{found}; nothing was installed. " <>
           "Remove the file and fetch or build it again (bin/artifacts)"}
    end
  end

  # In memory: a name such as ../evil in the archive never meets the file system.
  defp unpack(name, library, bytes) do
    with {:ok, tar} <- gunzip(name, bytes),
         {:ok, entries} <- entries_of(name, tar),
         :ok <- check_alone(name, library, entries) do
      {:ok, [{_, content}]} = :erl_tar.extract({:binary, tar}, [:memory])
      {:ok, content}
    end
  end

  defp gunzip(name, bytes) do
    {:ok, :zlib.gunzip(bytes)}
  rescue
    ErlangError -> {:error, "#{name} is not a readable archive (corrupt, or a part of one)"}
  end

  # The table names links and devices too; an extraction to memory leaves them out without a word.
  defp entries_of(name, tar) do
    with {:error, reason} <- :erl_tar.table({:binary, tar}, [:verbose]) do
      {:error, "#{name} is not a readable archive (#{inspect(reason)})"}
    end
  end

  defp check_alone(name, library, entries) do
    case for(entry <- entries, do: {to_string(elem(entry, 0)), elem(entry, 1)}) do
      [{^library, :regular}] -> :ok
      held -> {:error, "#{name} must hold #{library} alone, but holds #{held(held)}"}
    end
  end

  defp held([]), do: "nothing"
  defp held(entries), do: Enum.map_join(entries, ", ", &held_entry/1)

  defp held_entry({file, :regular}), do: inspect(file)
  defp held_entry({file, type}), do: "a #{type} #{inspect(file)}"

  defp check_machine(name, content, triple) do
    with {:error, message} <- Machine.check(content, triple), do: {:error, "#{name} #{message}"}
  end

  defp write(path, library) do
    partial = path <> ".part"

    # Renamed at the end: an interrupted install leaves no half library under the true name.
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
