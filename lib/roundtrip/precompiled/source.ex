defmodule Roundtrip.Precompiled.Source do
  @moduledoc """
  Builds a library from source with the reader's cargo, where there is no Hex and so no `rustler`.
  """

  @doc "Builds the crate in `path` and puts its library into `folder`."
  @spec install(Path.t(), String.t(), Path.t()) :: {:ok, Path.t()} | {:error, String.t()}
  def install(path, crate, folder) do
    with :ok <- find_sources(path),
         :ok <- build(path) do
      copy(
        Path.join(path, "../target/release/#{built(crate)}"),
        Path.join(folder, installed(crate))
      )
    end
  end

  @doc "Whether there is a cargo; the error says what to do without."
  @spec find_cargo() :: :ok | {:error, String.t()}
  def find_cargo do
    if System.find_executable("cargo") do
      :ok
    else
      {:error,
       "ROUNDTRIP_BUILD=1 builds from source and cargo is not on the PATH; install Rust " <>
         "(https://rustup.rs), or use the released version, which needs none"}
    end
  end

  defp find_sources(path) do
    if File.exists?(Path.join(path, "Cargo.toml")),
      do: :ok,
      else: {:error, "there is no crate in #{path}; ROUNDTRIP_BUILD=1 needs a checkout"}
  end

  defp build(path) do
    args = ["build", "--release", "--locked", "--manifest-path", Path.join(path, "Cargo.toml")]

    # cargo's own words, as they come: a failed build is best explained by the compiler.
    case System.cmd("cargo", args, into: IO.stream(:stdio, :line), stderr_to_stdout: true) do
      {_, 0} -> :ok
      {_, status} -> {:error, "cargo build failed (exit #{status}); its message is above"}
    end
  end

  defp copy(from, to) do
    with :ok <- File.mkdir_p(Path.dirname(to)),
         {:ok, _} <- File.copy(from, to <> ".part"),
         :ok <- File.rename(to <> ".part", to) do
      {:ok, to}
    else
      {:error, reason} ->
        {:error, "#{from} cannot be copied to #{to} (#{:file.format_error(reason)})"}
    end
  end

  defp built(crate) do
    case :os.type() do
      {:win32, _} -> "#{crate}.dll"
      {:unix, :darwin} -> "lib#{crate}.dylib"
      _ -> "lib#{crate}.so"
    end
  end

  # The VM looks for .so on macOS too.
  defp installed(crate), do: crate |> built() |> String.replace_suffix(".dylib", ".so")
end
