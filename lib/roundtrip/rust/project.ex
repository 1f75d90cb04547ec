defmodule Roundtrip.Rust.Project do
  @moduledoc """
  Runs cargo and Mix in a project that a notebook writes, as you would in a terminal.

      Roundtrip.Rust.Project.cargo(folder, ["test"])
      Roundtrip.Rust.Project.mix(folder, ["test"])

  Each function prints what the tool says, and returns it with `:ok` or `:error`. The project's folder
  is shown as `~/NAME`, where NAME is its last part. The root of the project holds a `Cargo.toml`.

  To be quick, cargo differs from your terminal in four points: crates are shared with the cells that
  `use Roundtrip.Rust`, so the dev profile is theirs; a project without a `Cargo.lock` gets the versions
  of the course; what was built, or refused, once is not given to cargo again; and only the libraries
  are copied to `target/debug`.

  Without cargo, these functions raise `Roundtrip.Rust.Skipped`.
  """

  alias Roundtrip.Rust
  alias Roundtrip.Rust.{Build, Cache, Cargo, Crate, Skipped}
  alias Roundtrip.Toolbox.{Command, TempDir}

  # Stands for the project's folder in what is kept.
  @root "{project}"

  @typedoc "The project's folder, or its files by path, which are written to a temporary folder."
  @type project :: Path.t() | TempDir.files()

  @type result :: {:ok | :error, output :: String.t()}

  # As many results stay as a reader makes in some hours. In seconds, how long what was built of one.
  @results 200
  @in_use 3600

  @doc "Runs cargo with these arguments in the project, and returns what it printed."
  @spec cargo(project(), [String.t()]) :: result()
  def cargo(files, args) when is_map(files), do: in_temp_dir(files, &cargo(&1, args))

  def cargo(folder, args) do
    cache = ready!()
    kept = Path.join([cache, "projects", key(folder, args)])
    {outcome, text, libraries} = known(kept) || run(cache, kept, folder, args)
    if match?(["build" | _], args), do: copy(libraries, Path.join(folder, "target/debug"))
    show(outcome, String.replace(text, @root, name(folder)))
  end

  @doc """
  Runs `cargo build` and copies the libraries to `priv/native`, as `use Rustler` does.

  Returns the names of the libraries.
  """
  @spec build(project()) :: {:ok, [String.t()]} | {:error, output :: String.t()}
  def build(files) when is_map(files), do: in_temp_dir(files, &build/1)

  def build(folder) do
    with {:ok, _text} <- cargo(folder, ["build"]) do
      native = Path.join(folder, "priv/native")
      File.mkdir_p!(native)
      libraries = Path.wildcard(Path.join(folder, "target/debug/*.{so,dylib,dll}"))
      {:ok, for(path <- libraries, do: replace(path, Path.join(native, loadable(path))))}
    end
  end

  # `:erlang.load_nif/2` looks for .so on macOS, too.
  defp loadable(path),
    do: Regex.replace(~r/\Alib(.+)\.(so|dylib)\z/, Path.basename(path), "\\1.so")

  @doc "Builds the project, and evaluates the code with `mix run` in it."
  @spec build_and_run(project(), String.t()) :: result()
  def build_and_run(files, code) when is_map(files),
    do: in_temp_dir(files, &build_and_run(&1, code))

  def build_and_run(folder, code) do
    with {:ok, _libraries} <- build(folder), do: mix(folder, ["run", "-e", code])
  end

  @doc "Runs `mix` with these arguments in the project, and returns what it printed."
  @spec mix(project(), [String.t()]) :: result()
  def mix(files, args) when is_map(files), do: in_temp_dir(files, &mix(&1, args))

  def mix(folder, args) do
    cache = ready!()
    # For `use Rustler`, which runs cargo.
    write_lock(folder)

    case Command.run("mix", args, cd: folder, env: env(cache)) do
      {:ok, text} -> show(:ok, String.replace(text, folder, name(folder)))
      {:failed, text} -> show(:error, String.replace(text, folder, name(folder)))
      {:missing, _mix} -> raise Skipped, message: "Skipped: needs mix on the PATH"
    end
  end

  defp in_temp_dir(files, fun) do
    files = Map.new(files, fn {path, text} -> {Path.join("project", path), text} end)
    {result, _files} = TempDir.with_files(files, &fun.(Path.join(&1, "project")))
    result
  end

  defp ready! do
    with :ok <- Rust.prepare(), {:ok, cache} <- Build.folder() do
      cache
    else
      {_missing, reason} ->
        IO.puts(reason)
        raise Skipped
    end
  end

  defp show(outcome, text) do
    IO.puts(text)
    {outcome, text}
  end

  defp name(folder), do: "~/" <> Path.basename(folder)

  # The same files have the same result, in whatever folder they are.
  defp key(folder, args) do
    contents = for path <- sources(folder), do: {Path.relative_to(path, folder), File.read!(path)}
    hash = :crypto.hash(:sha256, :erlang.term_to_binary({args, contents}))
    hash |> binary_part(0, 8) |> Base.encode16(case: :lower)
  end

  defp sources(folder) do
    for pattern <- ["Cargo.toml", "{.cargo,native,src,tests}/**/*.{rs,toml}"],
        path <- Path.wildcard("#{folder}/#{pattern}", match_dot: true),
        do: path
  end

  defp known(kept) do
    with {:ok, result} <- File.read(Path.join(kept, "result")) do
      # The newest stay.
      File.touch!(kept)
      {outcome, text} = :erlang.binary_to_term(result)
      {outcome, text, Path.wildcard("#{kept}/libraries/*")}
    else
      {:error, _none} -> nil
    end
  end

  # With other settings than the cells', the shared crates would be compiled again.
  defp env(cache) do
    profile =
      for {key, value} <- Crate.profile(),
          name = key |> String.replace("-", "_") |> String.upcase(),
          do: {"CARGO_PROFILE_DEV_#{name}", value}

    [{"CARGO_TARGET_DIR", Build.target(cache)}, {"CARGO_TERM_COLOR", "never"} | profile]
  end

  defp write_lock(folder) do
    lock = Path.join(folder, "Cargo.lock")
    unless File.exists?(lock), do: File.write!(lock, Crate.lock())
  end

  defp run(cache, kept, folder, args) do
    write_lock(folder)
    target = Build.target(cache)
    env = for {name, value} <- env(cache), do: {to_charlist(name), to_charlist(value)}
    {status, lines} = Cargo.run(as_json(args), folder, [], &collect/2, env)
    {artifacts, lines} = lines |> Enum.reverse() |> Enum.split_with(&(&1 =~ ~r/^{"reason":/))
    libraries = for line <- artifacts, path <- libraries(line, folder), do: path

    text = lines |> Enum.join("\n") |> String.replace(target, "target")
    text = String.replace(text, folder, @root)
    outcome = if status == 0, do: :ok, else: :error
    if keep?(outcome, text), do: keep(kept, {outcome, text}, libraries)
    remove_old(folder, target)
    {outcome, text, libraries}
  end

  # The messages as JSON name the libraries that were built.
  defp as_json(["build" | args]), do: ["build", "--message-format=json-render-diagnostics" | args]
  defp as_json(args), do: args

  # Two builds at a time wait for each other, which isn't worth keeping.
  defp collect({:line, "    Blocking waiting" <> _}, lines), do: lines
  defp collect({:line, line}, lines), do: [line | lines]
  defp collect(:silence, lines), do: lines

  # Of the project's crates only, because a dependency that is a procedural macro is a library, too.
  defp libraries(line, folder) do
    with true <- String.contains?(line, ~s("manifest_path":"#{folder}/)),
         [_, names] <- Regex.run(~r/"filenames":\[(.*?)\]/, line) do
      for [_, path] <- Regex.scan(~r/"([^"]+\.(?:so|dylib|dll))"/, names), do: path
    else
      _ -> []
    end
  end

  # Libraries of an earlier build would hide that there is none now.
  defp copy(libraries, folder) do
    File.rm_rf!(folder)
    File.mkdir_p!(folder)
    for path <- libraries, do: replace(path, Path.join(folder, Path.basename(path)))
  end

  # A library may be loaded, and must not be overwritten then.
  defp replace(path, copy) do
    File.rm(copy)
    File.cp!(path, copy)
    Path.basename(copy)
  end

  # What failed for another reason than its source, such as a full disk, may succeed the next time.
  @about_source ~r/^ +--> \S+\.rs:|^test result: FAILED|undefined (symbol|reference)/m

  defp keep?(outcome, text), do: outcome == :ok or text =~ @about_source

  defp keep(kept, result, libraries) do
    copy(libraries, Path.join(kept, "libraries"))
    Cache.write_atomically!(Path.join(kept, "result"), :erlang.term_to_binary(result))

    for {path, _age} <- kept |> Path.dirname() |> by_age() |> Enum.drop(@results),
        do: File.rm_rf(path)
  end

  # cargo never removes what it has built of the same crate in other folders.
  defp remove_old(folder, target) do
    names =
      for path <- sources(folder),
          [_, name] <- Regex.scan(~r/^name = "([\w-]+)"/m, File.read!(path)),
          do: String.replace(name, "-", "[-_]")

    # Without a name, nothing but a slash would match, which no name contains.
    built = ~r/^(lib)?(#{Enum.join(["/" | names], "|")})(-[0-9a-f]{16})?(\.|$)/

    for profile <- ["debug", "release"],
        below <- [profile, "#{profile}/deps", "#{profile}/.fingerprint"],
        {path, age} <- target |> Path.join(below) |> by_age(),
        age > @in_use and Path.basename(path) =~ built,
        do: File.rm_rf(path)
  end

  # The newest first, with their ages in seconds.
  defp by_age(folder) do
    for name <- Cache.list(folder),
        path = Path.join(folder, name),
        {:ok, stat} <- [File.stat(path, time: :posix)] do
      {path, System.os_time(:second) - stat.mtime}
    end
    |> List.keysort(1)
  end
end
