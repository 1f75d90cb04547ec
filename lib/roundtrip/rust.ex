defmodule Roundtrip.Rust do
  @moduledoc """
  Compiles Rust in a notebook cell with your own cargo, and loads it.

      defmodule Doubler do
        use Roundtrip.Rust, source: \"""
        #[rustler::nif]
        fn double(n: i64) -> i64 { 2 * n }
        \"""

        def double(_n), do: :erlang.nif_error(:nif_not_loaded)
      end

      Doubler.double(21)

  The source is a whole crate, except for `rustler::init!`, which is added for you. It can use `std`
  and the crates `rustler`, `parking_lot` and `hdrhistogram`, in the versions that the course uses.
  `:source` can be any expression that returns a string when the module is defined. If a heredoc
  contains a backslash, write it with the sigil `~S`.

  ## More crates

  If a cell needs one of these crates, it names it, as in `use Roundtrip.Rust, source: ..., crates:
  [:rayon]`:

    * `:rayon`
    * `:serde`, with `derive`, and `:serde_json`
    * `:thiserror`
    * `:tokio`, with `macros`, `rt`, `rt-multi-thread`, `sync` and `time`

  The first cell that names a crate fetches and builds it, which needs a network. Cells that name the
  same crates share what was built, and other cells don't pay for it.

  ## Errors

  If rustc refuses the code, the cell raises `Roundtrip.Rust.Error`. Its message is what rustc said,
  with the line numbers of your source, and the module is gone until its Rust compiles.

  When you change the source and evaluate the cell again, the module is replaced. The old version is
  unloaded first: processes that still run its code are killed, and the new version raises
  `ArgumentError` for a resource that the old one made.

  Use it in notebooks, IEx and scripts. The library exists only in the VM that compiled it, so the
  module of an application needs the Hex package `rustler` instead.

  ## Without Rust

  It needs cargo, rustc, and a C compiler as the linker. Without cargo and rustc the module is defined
  all the same. The cell prints what is missing, and the module's functions raise
  `Roundtrip.Rust.Skipped`. `missing/0` tells in advance.

  ## What a build costs

  The first build fetches and compiles the crates: ten seconds or more. Later builds need no network,
  and a changed cell takes about half a second on two idle cores. A cell that was built before, or
  refused, takes some milliseconds. Measure it with `bench/rust/cells.exs` in the repository.

  Builds are cached in your user's cache folder, or in the folder `ROUNDTRIP_CACHE` if you set that
  environment variable. All notebooks share the cache, and it keeps the 1,000 newest cells, about
  350 kB each. If your cache folder is not writable, a temporary folder is used.

  If the process that evaluates the cell ends, or the VM does, the build ends too. On Windows it
  continues in the background.

  ## What stays in memory

  The library of a replaced version is unmapped when its last resource is garbage collected. There
  are two exceptions. glibc keeps a library whose code has used a thread-local value with a
  destructor. And a version whose source says `thread`, `spawn` or `dirty`, or which uses rayon or
  tokio, is never unloaded, about 400 kB each: its Rust may still run when the cell is evaluated
  again, and unloading it would crash the VM. `mapped/0` shows how many there are, and after 20 versions a line suggests a restart.
  """

  alias Roundtrip.Rust.{
    Build,
    BuildOutput,
    Crate,
    Error,
    Loader,
    MappedLibraries,
    Skipped,
    Stubs,
    Toolchain
  }

  @doc """
  Compiles the Rust in `:source`, with the crates in `:crates` (none), and loads it into the module.

  Raises `Roundtrip.Rust.Error` if the Rust doesn't compile, or if its NIFs and the module's stubs
  don't match. Without a toolchain, the module's stubs raise `Roundtrip.Rust.Skipped`.
  """
  defmacro __using__(opts) do
    if __CALLER__.module == nil,
      do: raise(ArgumentError, "use Roundtrip.Rust belongs inside a module: defmodule Doubler do")

    quote do
      @before_compile unquote(__MODULE__)
      @roundtrip_rust unquote(__MODULE__).__build__(__ENV__, unquote(opts))
    end
  end

  @doc false
  def __build__(env, opts) do
    case build(env.module, opts) do
      {:ok, build} ->
        build

      {:missing, reason} ->
        skip(env, reason)

      {:error, error} ->
        fail(env, error)
    end
  end

  # The stack trace shows the cell only: the mistake is there, and not in this module.
  @spec fail(Macro.Env.t(), Exception.t()) :: no_return()
  defp fail(env, error), do: reraise(error, Macro.Env.stacktrace(env))

  defp build(module, opts) do
    {source, crates} = options!(opts)
    result = Build.run(Crate.new(module, source, crates))
    Loader.unload(module)

    case result do
      {:ok, build} ->
        text = BuildOutput.without_library_sources(build.text)
        if text != "", do: IO.puts(text)
        {:ok, build}

      {:error, text} ->
        text = BuildOutput.without_library_sources(text)
        {:error, Error.exception(compile_error(module) <> text)}

      {:missing, reason} ->
        {:missing, reason}
    end
  rescue
    error in [ArgumentError, Error, File.Error, File.CopyError] ->
      Loader.unload(module)
      {:error, error}
  end

  defp compile_error(module) do
    gone = if Loader.loaded?(module), do: ", and the version that was loaded before is gone"
    "the Rust of #{inspect(module)} did not compile#{gone}:\n\n"
  end

  defp options!(opts) do
    with true <- Keyword.keyword?(opts),
         {[source: source], more} when is_binary(source) <- Keyword.split(opts, [:source]),
         [] <- Keyword.delete(more, :crates),
         true <- String.valid?(source) and String.trim(source) != "" do
      if source =~ ~r/^\s*(rustler::)?init!/m,
        do: raise(ArgumentError, "leave rustler::init! out of the source: it is added"),
        else: {source, Keyword.get(more, :crates, [])}
    else
      _ ->
        raise ArgumentError,
              "use Roundtrip.Rust takes the source: a string that holds Rust, and may take " <>
                "crates: a list of atoms, got: #{inspect(opts)}"
    end
  end

  defp skip(env, reason) do
    # A cell that asserts a compile error would fail with "nothing was raised", which is misleading.
    if in_assert_raise?() do
      error = struct(ExUnit.AssertionError, message: Exception.message(%Skipped{}))
      reraise error, Macro.Env.stacktrace(env)
    end

    IO.puts("""
    Skipped: #{inspect(env.module)} needs #{Toolchain.required()},
    and #{reason}.
    Only cells with Rust in them need it: the rest of this page works without.\
    """)

    :skipped
  end

  # The whole stack as text, because a stack trace ends after a few calls of Elixir's compiler.
  defp in_assert_raise? do
    {:backtrace, stack} = Process.info(self(), :backtrace)
    stack =~ "'Elixir.ExUnit.Assertions':assert_raise/"
  end

  @doc false
  defmacro __before_compile__(env) do
    stubs = Stubs.defined(env.module)

    case Module.get_attribute(env.module, :roundtrip_rust) do
      :skipped ->
        Stubs.skip(env.module, stubs)

      build ->
        load(env, build, stubs)
        Stubs.delegate(env.module, stubs, build.crate.nifs)
    end
  end

  # What may still run when the cell is evaluated again: a thread, or a NIF on a dirty scheduler.
  @outlives_calls ~r/thread|spawn|dirty/i
  @start_threads [:rayon, :tokio]

  # Loaded here and not in an `@on_load`, whose failure would be a log message and no exception.
  defp load(%{module: module} = env, %Build{crate: crate} = build, stubs) do
    stays? = crate.source =~ @outlives_calls or Enum.any?(@start_threads, &(&1 in crate.crates))

    case Loader.load(build, stubs, stays?) do
      :ok -> :ok
      {:error, reason} -> fail(env, %Error{message: Stubs.load_error(module, reason)})
    end

    if unmatched = Stubs.unmatched(module, stubs, crate.nifs.module_info(:nifs)),
      do: fail(env, %Error{message: unmatched})

    if suggestion = MappedLibraries.count(), do: IO.puts(suggestion)
  rescue
    error in [File.Error, File.CopyError] -> fail(env, error)
  end

  @doc """
  Returns what this machine lacks for Rust in a cell and how to get it, in one sentence, or `nil` if
  it lacks nothing.

      iex> Roundtrip.Rust.missing() in [nil] or Roundtrip.Rust.missing() =~ "https://rustup.rs"
      true
  """
  @spec missing() :: nil | String.t()
  def missing do
    case Toolchain.version() do
      {:ok, _} -> nil
      {:missing, reason} -> missing(reason)
    end
  end

  defp missing(reason) do
    "Rust in a cell needs #{Toolchain.required()}, and #{reason}; " <>
      "the rest of the course does not need it."
  end

  @doc """
  Builds the crates that all cells share, and those that the code of a cell names, if that isn't done
  yet, and shows cargo's progress.

  The error says what is missing, or what cargo said.
  """
  @spec prepare(String.t()) :: :ok | {:error, String.t()}
  def prepare(code \\ "") do
    with {:missing, reason} <- code |> crates() |> Build.prepare(), do: {:error, missing(reason)}
  rescue
    error in [Error, File.Error] -> {:error, Exception.message(error)}
  end

  # What isn't a crate is the cell's own error.
  defp crates(code) do
    for [list] <- Regex.scan(~r/\bcrates: \[([\w:, ]*)\]/, code, capture: :all_but_first),
        crate <- Crate.optional(),
        list =~ ~r/:#{crate}\b/,
        uniq: true,
        do: crate
  end

  @doc """
  Counts the libraries of cells, of present and past versions, that are mapped into this VM's memory,
  and the bytes of address space that they take.

  It reads `/proc/self/maps`, so both numbers are 0 on systems other than Linux.

      iex> %{libraries: libraries, bytes: bytes} = Roundtrip.Rust.mapped()
      iex> libraries >= 0 and bytes >= 0
      true
  """
  @spec mapped() :: MappedLibraries.t()
  def mapped, do: MappedLibraries.now()
end
