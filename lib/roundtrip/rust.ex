defmodule Roundtrip.Rust do
  @moduledoc """
  Rust in a cell: compiled by the reader's own cargo, loaded, and called in the next line.

      defmodule Doubler do
        use Roundtrip.Rust, source: \"""
        #[rustler::nif]
        fn double(n: i64) -> i64 { 2 * n }
        \"""

        def double(_n), do: :erlang.nif_error(:nif_not_loaded)
      end

  The source is that of a whole crate but for `rustler::init!`, which is added. It may use `std`,
  `rustler`, `parking_lot` and `hdrhistogram`, in the versions of the course. It is any expression
  that gives a string when the module is defined; heredocs with a backslash in them are best
  written with `~S`.

  Evaluate the cell again with other code, and the module has the new behaviour. Before that the
  old version is taken away, with every process that still runs its code; a handle that it made
  raises `ArgumentError` in the new one. If rustc refuses the code, `Roundtrip.Rust.Error` has
  what it said, with the lines of your source, and the module is gone until its Rust compiles.

  It is for notebooks, IEx and scripts. The library lives in the VM that compiled it: a module of
  an application, which another VM loads, wants the Hex package `rustler`.

  ## What it needs

  cargo, rustc and a C compiler, with which Rust links; `missing/0` says what is not there. The
  first build fetches the crates and compiles them: ten seconds and more. Later ones need no
  network, and a changed cell takes about half a second on two idle cores; `bench/rust/cells.exs`
  in the repository measures it.

  What is built stands in the user's cache folder, or in that of the environment variable
  `ROUNDTRIP_CACHE`; where the former cannot be written, in the system's temporary folder. All
  notebooks share it, and the youngest 50 cells are kept.

  A build ends with the process that started it, or with the VM. On Windows it goes on to its own
  end.

  ## What stays

  A version's library leaves memory with its last resource, unless the system keeps it: glibc does
  if the code has used a thread-local with a destructor. A library that may start threads, because
  its source says `thread` or `spawn`, is kept for good, since a thread whose code is taken away
  crashes the VM; that is some 400 kB a version. `mapped/0` shows what is there, and after many
  versions a line suggests a restart.
  """

  alias Roundtrip.Rust.{Build, Crate, Error, Loader, Mapped, Stubs, Toolchain}

  @doc """
  Compiles the Rust in `:source` and loads it into the module.

  Raises `Roundtrip.Rust.Error` where Rust refuses the code, where stubs and NIFs do not match, and
  with the sentence of `missing/0` where there is no toolchain.
  """
  defmacro __using__(opts) do
    if __CALLER__.module == nil,
      do: raise(ArgumentError, "use Roundtrip.Rust belongs inside a module: defmodule Doubler do")

    quote do
      @before_compile unquote(__MODULE__)
      @after_compile unquote(__MODULE__)
      @roundtrip_rust unquote(__MODULE__).__build__(__ENV__, unquote(opts))
    end
  end

  @doc false
  def __build__(env, opts) do
    # What is wrong is wrong in the cell: no trace of what happens in here.
    case build(env.module, opts) do
      {:ok, build} -> build
      {:error, error} -> reraise error, Macro.Env.stacktrace(env)
    end
  end

  defp build(module, opts) do
    source = source!(opts)
    built = Build.run(Crate.new(module, source))
    Loader.unload(module)

    case built do
      {:ok, build} ->
        if build.text != "", do: IO.puts(build.text)
        {:ok, Map.put(Map.from_struct(build), :pin?, source =~ ~r/thread|spawn/i)}

      {:error, text} ->
        {:error, Error.exception(refused(module) <> text)}
    end
  rescue
    error in [ArgumentError, Error, File.Error, File.CopyError] ->
      Loader.unload(module)
      {:error, error}
  end

  defp refused(module) do
    gone = if Loader.loaded?(module), do: ", and the version that was loaded before is gone"
    "the Rust of #{inspect(module)} did not compile#{gone}:\n\n"
  end

  defp source!(opts) do
    with true <- Keyword.keyword?(opts),
         [:source] <- Keyword.keys(opts),
         source when is_binary(source) <- opts[:source],
         true <- String.valid?(source) and String.trim(source) != "" do
      if source =~ ~r/^\s*(rustler::)?init!/m,
        do: raise(ArgumentError, "leave rustler::init! out of the source: it is added"),
        else: source
    else
      _ ->
        raise ArgumentError,
              "use Roundtrip.Rust takes one option, the source: a string that holds Rust, " <>
                "got: #{inspect(opts)}"
    end
  end

  @doc false
  defmacro __before_compile__(env) do
    build = Module.get_attribute(env.module, :roundtrip_rust)
    stubs = Stubs.defined(env.module)

    quote do
      @doc false
      def __rust__(:build), do: unquote(Macro.escape(build))
      def __rust__(:stubs), do: unquote(Macro.escape(stubs))
      def __rust__({:load, path}), do: :erlang.load_nif(path, 0)

      @doc false
      def __rust_pin__, do: :erlang.nif_error(:nif_not_loaded)
    end
  end

  @doc false
  def __after_compile__(env, _bytecode) do
    with {:error, text} <- load(env.module) do
      Loader.unload(env.module)
      reraise Error, [message: text], Macro.Env.stacktrace(env)
    end
  end

  # A load that fails here is an exception; in an `@on_load` it would be a message of the logger.
  defp load(module) do
    build = module.__rust__(:build)

    with :ok <- Loader.load(module, build.library, Path.join(build.folder, "loads")),
         nil <- Stubs.alone(module, module.__rust__(:stubs)) do
      if build.pin?, do: Loader.pin(module)
      if suggestion = Mapped.count(), do: IO.puts(suggestion)
    else
      {:error, reason} -> {:error, Stubs.refused(module, reason)}
      alone -> {:error, alone}
    end
  rescue
    error in [File.Error, File.CopyError] -> {:error, Exception.message(error)}
  end

  @doc """
  What this machine lacks for Rust in a cell, and how to get it, in one sentence; `nil` where it
  lacks nothing.

      iex> Roundtrip.Rust.missing() in [nil] or Roundtrip.Rust.missing() =~ "https://rustup.rs"
      true
  """
  @spec missing() :: nil | String.t()
  def missing do
    case Toolchain.version() do
      {:ok, _} -> nil
      {:error, sentence} -> sentence
    end
  end

  @doc """
  Builds the crates that cells share, unless that is done, and shows its progress. The error is
  what to do, or what cargo said.
  """
  @spec prepare() :: :ok | {:error, String.t()}
  def prepare do
    Build.prepare()
  rescue
    error in [Error, File.Error] -> {:error, Exception.message(error)}
  end

  @doc """
  How many libraries of cells are mapped into this VM, of versions past and present, and the bytes
  of address space that they take. Read from `/proc/self/maps`; zeroes where there is none.

      iex> %{libraries: libraries, bytes: bytes} = Roundtrip.Rust.mapped()
      iex> libraries >= 0 and bytes >= 0
      true
  """
  @spec mapped() :: %{libraries: non_neg_integer(), bytes: non_neg_integer()}
  def mapped, do: Mapped.now()
end
