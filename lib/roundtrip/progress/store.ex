defmodule Roundtrip.Progress.Store do
  @moduledoc """
  Remembers passed exercises outside of the notebooks: one small file for each, at
  `<data>/progress/<version>/<exercise>`.

  That the file is there says that the exercise passed. What it holds, the time in ISO 8601, is for
  people only: so a damaged file does no harm, nor do two notebooks that write it at once.

  `<data>` is the user's own data directory (`:filename.basedir(:user_data, "roundtrip")`, on Linux
  `~/.local/share/roundtrip`), or what the variable `ROUNDTRIP_DATA` names.
  """

  @type version :: String.t()
  @type exercise :: String.t()

  @doc "Remembers an exercise, once; the error says what could not be written, and why."
  @spec put(version(), exercise()) :: :ok | {:error, String.t()}
  def put(version, exercise) do
    with {:ok, folder} <- folder(), do: create(Path.join([folder, version, exercise]))
  end

  @doc "All that is remembered, under whatever version, in no order; nothing where it cannot be read."
  @spec all() :: [{version(), exercise()}]
  def all do
    for {version, exercise, _path} <- files(), do: {version, exercise}
  end

  @doc """
  Forgets these exercises under every version, and names those that were remembered. The error says
  what could not be removed, and why.
  """
  @spec delete([exercise()]) :: {:ok, [exercise()]} | {:error, String.t()}
  def delete(exercises) do
    found = for {_version, exercise, path} <- files(), exercise in exercises, do: {exercise, path}

    case for {_exercise, path} <- found, {:error, text} <- [remove(path)], do: text do
      [] -> {:ok, Enum.filter(exercises, &List.keymember?(found, &1, 0))}
      [text | _] -> {:error, text}
    end
  end

  defp folder do
    case System.get_env("ROUNDTRIP_DATA", "") do
      "" -> user_data()
      data -> {:ok, Path.join(data, "progress")}
    end
  end

  defp user_data do
    {:ok, Path.join(:filename.basedir(:user_data, "roundtrip"), "progress")}
  rescue
    _no_home -> {:error, "there is no home directory; set HOME, or ROUNDTRIP_DATA to a folder"}
  end

  # Whoever created it, now or before, and whatever is in it: it is there.
  defp create(path) do
    written = with :ok <- File.mkdir_p(Path.dirname(path)), do: write(path)
    if File.regular?(path), do: :ok, else: explained(written, path)
  end

  # It was there, and may have been forgotten since: only something else in its place is in the way.
  defp write(path) do
    with {:error, :eexist} = taken <- File.write(path, now(), [:exclusive]) do
      case File.lstat(path) do
        {:ok, %{type: type}} when type != :regular -> taken
        _ -> :ok
      end
    end
  end

  defp now, do: DateTime.to_iso8601(DateTime.utc_now())

  defp files do
    with {:ok, folder} <- folder() do
      for version <- names(folder),
          exercise <- names(Path.join(folder, version)),
          path = Path.join([folder, version, exercise]),
          File.regular?(path),
          do: {version, exercise, path}
    else
      {:error, _no_folder} -> []
    end
  end

  defp names(folder) do
    case File.ls(folder) do
      {:ok, names} -> names
      {:error, _} -> []
    end
  end

  # Another one may have removed it meanwhile.
  defp remove(path) do
    case File.rm(path) do
      {:error, :enoent} -> :ok
      removed -> explained(removed, path)
    end
  end

  defp explained(:ok, _path), do: :ok
  defp explained({:error, reason}, path), do: {:error, "#{path}: #{:file.format_error(reason)}"}
end
