defmodule Roundtrip.Rust.Build do
  @moduledoc false
  # From a crate to its library: what cargo says is split into progress, which is shown when the
  # build takes long, and rustc's own text, which is the answer.

  alias Roundtrip.Rust.{Cache, Cargo, Crate, Error, Toolchain}

  # Milliseconds after which a build shows that it works.
  @quiet 2_000

  @progress ~w(Adding Blocking Building Compiling Dirty Downloaded Downloading Fetching Finished
               Fresh Locking Removing Updating Waiting)

  @enforce_keys [:folder, :library, :text]
  defstruct [:folder, :library, :text]

  @doc "Builds the library of a crate. `text` is what rustc said: warnings, or errors."
  @spec run(Crate.t()) :: {:ok, %__MODULE__{}} | {:error, String.t()}
  def run(%Crate{} = crate) do
    with {:ok, rustc} <- Toolchain.version() do
      folder = Cache.folder(Crate.key(rustc))
      cell = Crate.write!(crate, Path.join(folder, "cells"))
      state = announce(ready?(folder), title(crate))
      {status, state} = Cargo.run(args(folder), cell, state, &handle/2)
      answer(status, folder, crate, text(state))
    end
  rescue
    error in File.Error -> {:error, Exception.message(error)}
    error in Error -> {:error, error.message}
  end

  @doc "Whether the crates that cells share are built."
  def ready?(folder), do: File.exists?(Path.join(folder, "ready"))

  defp title(crate), do: inspect(crate.module)

  defp args(folder) do
    colour = if IO.ANSI.enabled?(), do: "always", else: "never"
    ["build", "--target-dir", Path.join(folder, "target"), "--color", colour]
  end

  defp answer(0, folder, crate, text) do
    File.touch!(Path.join(folder, "ready"))

    case Enum.find(libraries(Path.join(folder, "target"), crate.name), &File.exists?/1) do
      nil -> {:error, "cargo built no library in #{folder}"}
      library -> {:ok, %__MODULE__{folder: folder, library: library, text: text}}
    end
  end

  defp answer(_status, _folder, _crate, text), do: {:error, text}

  # A reader whose cargo is told to build for a target finds the library below its name.
  defp libraries(target, name) do
    for below <- ["" | File.ls!(target)],
        file <- ["lib#{name}.so", "lib#{name}.dylib", "#{name}.dll"],
        do: Path.join([target, below, "debug", file])
  end

  # Progress

  defp announce(true, title), do: %{title: title, until: now() + @quiet, held: [], text: []}

  defp announce(false, title) do
    IO.puts("building the crates that cells share: once, and it takes some seconds")
    %{title: title, until: :shown, held: [], text: []}
  end

  defp handle({:line, line}, state) do
    if progress?(line), do: state |> hold(line) |> show(), else: say(state, line)
  end

  defp handle(:waiting, state), do: show(state)

  defp hold(state, line), do: %{state | held: [line | state.held]}
  defp say(state, line), do: %{state | text: [line | state.text]}

  defp show(%{until: :shown} = state) do
    state.held |> Enum.reverse() |> Enum.each(&IO.puts/1)
    %{state | held: []}
  end

  defp show(%{until: until} = state) do
    if now() < until do
      state
    else
      IO.puts("still building #{state.title}")
      show(%{state | until: :shown})
    end
  end

  # cargo aligns its verbs to the right, in twelve columns.
  defp progress?(line) do
    case Regex.run(~r/^ *([A-Z][a-z]+)\b/, plain(line), capture: :all_but_first) do
      [verb] ->
        verb in @progress and String.starts_with?(plain(line), String.pad_leading(verb, 12))

      nil ->
        false
    end
  end

  @noise ~r/^(error: could not compile `cell`|warning: `cell` \(lib\) generated|warning: build failed, waiting)/

  defp text(state) do
    state.text
    |> Enum.reject(&(plain(&1) =~ @noise))
    |> Enum.reverse()
    |> Enum.join("\n")
    |> String.trim("\n")
  end

  defp plain(line), do: String.replace(line, ~r/\e\[[0-9;]*[A-Za-z]/, "")

  defp now, do: System.monotonic_time(:millisecond)
end
