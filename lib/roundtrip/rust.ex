defmodule Roundtrip.Rust do
  @moduledoc """
  Rust in a cell.
  """

  alias Roundtrip.Rust.{Build, Crate, Error, Loader, Toolchain}

  @doc false
  defmacro __using__(opts) do
    if __CALLER__.module == nil,
      do: raise(ArgumentError, "use Roundtrip.Rust stands inside of a module")

    quote do
      @before_compile unquote(__MODULE__)
      @after_compile unquote(__MODULE__)
      @roundtrip_rust unquote(__MODULE__).__build__(__MODULE__, unquote(opts))
    end
  end

  @doc false
  def __build__(module, opts) do
    source = Keyword.fetch!(opts, :source)

    case Build.run(Crate.new(module, source)) do
      {:ok, build} ->
        if build.text != "", do: IO.puts(build.text)
        pin? = source =~ ~r/thread|spawn/i
        Loader.unload(module)
        %{library: build.library, folder: build.folder, pin?: pin?}

      {:error, text} ->
        gone = if Loader.unload(module), do: ", and the one that was loaded is gone", else: ""
        raise Error, "the Rust of #{inspect(module)} does not compile#{gone}:\n\n#{text}"
    end
  end

  @doc false
  defmacro __before_compile__(env) do
    build = Module.get_attribute(env.module, :roundtrip_rust)

    quote do
      @doc false
      def __rust__({:load, path}), do: :erlang.load_nif(path, 0)
      def __rust__(:build), do: unquote(Macro.escape(build))
      @doc false
      def __rust_pin__, do: :erlang.nif_error(:nif_not_loaded)
    end
  end

  @doc false
  def __after_compile__(env, _bytecode) do
    module = env.module
    build = module.__rust__(:build)

    case Loader.load(module, build.library, build.folder) do
      :ok ->
        if build.pin?, do: Loader.pin(module)

      {:error, {reason, text}} ->
        Loader.unload(module)
        raise Error, "the library of #{inspect(module)} was not loaded: #{reason}, #{text}"
    end
  end

  @doc """
  What is missing on this machine for Rust in a cell: one sentence, or `nil` where nothing is.
  """
  @spec missing() :: nil | String.t()
  def missing do
    case Toolchain.version() do
      {:ok, _} -> nil
      {:error, sentence} -> sentence
    end
  end

  @doc """
  Builds the crates that cells share, unless that is done; it shows its progress.
  """
  @spec prepare() :: :ok | {:error, String.t()}
  def prepare do
    with {:ok, _} <- Build.run(Crate.new(__MODULE__.Prepared, "")), do: :ok
  end

  @doc """
  The libraries of cells that are mapped into this VM, and their bytes.
  """
  @spec mapped() :: %{libraries: non_neg_integer(), bytes: non_neg_integer()}
  def mapped, do: %{libraries: 0, bytes: 0}
end
