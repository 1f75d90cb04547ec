defmodule Roundtrip.Progress.Store do
  @moduledoc """
  Stores which exercises have passed, as one small file for each:
  `<data>/progress/<version>/<exercise>`.

      Roundtrip.Progress.Store.put("0.1.0", "structs-limit")
      Roundtrip.Progress.Store.all()
      #=> [{"0.1.0", "structs-limit"}]

  An exercise has passed if its file exists. The file contains the time in ISO 8601, which is never
  read, so a damaged file does no harm, and neither do two notebooks that write it at once.

  `<data>` is the folder in the environment variable `ROUNDTRIP_DATA`, or the user's data directory
  (`:filename.basedir(:user_data, "roundtrip")`, on Linux `~/.local/share/roundtrip`).
  """

  @type version :: String.t()
  @type exercise :: String.t()

  @doc "Stores that an exercise has passed. The error text names the file that can't be written."
  @spec put(version(), exercise()) :: :ok | {:error, String.t()}
  def put(version, exercise) do
    with {:ok, folder} <- folder(), do: create(Path.join([folder, version, exercise]))
  end

  @doc "Returns all that is stored, under any version. Folders that can't be read count as empty."
  @spec all() :: [{version(), exercise()}]
  def all do
    for {version, exercise, _path} <- files(), do: {version, exercise}
  end

  @doc """
  Deletes these exercises under every version, and returns those that were stored. The error text
  names the file that can't be deleted.
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

  # Another process may create the same file meanwhile, which is just as good.
  defp create(path) do
    written = with :ok <- File.mkdir_p(Path.dirname(path)), do: write(path)
    if File.regular?(path), do: :ok, else: with_reason(written, path)
  end

  # `:eexist` is an error only if the path is not a regular file, such as a folder. A file that
  # existed may have been deleted again by a reset that runs at the same time.
  defp write(path) do
    with {:error, :eexist} = exists <- File.write(path, now(), [:exclusive]) do
      case File.lstat(path) do
        {:ok, %{type: type}} when type != :regular -> exists
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

  # Another reset may have deleted the file meanwhile.
  defp remove(path) do
    case File.rm(path) do
      {:error, :enoent} -> :ok
      result -> with_reason(result, path)
    end
  end

  defp with_reason(:ok, _path), do: :ok
  defp with_reason({:error, reason}, path), do: {:error, "#{path}: #{:file.format_error(reason)}"}
end
