defmodule Roundtrip.Rust.Output do
  @moduledoc false
  # What cargo prints is two things: its progress, which is shown where a build takes long, and
  # rustc's own text, which is kept.

  @enforce_keys [:title, :crate, :silent_until]
  defstruct [:title, :crate, :silent_until, progress: [], text: []]

  # Milliseconds for which a build may run in silence.
  @silence 2_000

  @verbs ~w(Adding Blocking Building Compiling Dirty Downloaded Downloading Fetching Finished Fresh
            Locking Removing Updating Waiting)

  @hints [
    {~r/linker `.+` not found/,
     "Rust links with a C compiler, and there is none: install gcc or clang " <>
       "(Debian, Ubuntu: `apt install gcc`; macOS: `xcode-select --install`)."},
    {~r/failed to (download|fetch|get|query)|[Cc]ould not resolve host|--offline/,
     "The first build fetches crates from crates.io and needs a network; later ones do not."}
  ]

  @type t :: %__MODULE__{}

  @doc "`ready?` says whether the crates that cells share are built; that takes long."
  @spec new(String.t(), String.t(), boolean()) :: t()
  def new(title, crate, true),
    do: %__MODULE__{title: title, crate: crate, silent_until: now() + @silence}

  def new(title, crate, false) do
    IO.puts("Building the crates that cells share: once, a minute or less.")
    %__MODULE__{title: title, crate: crate, silent_until: :shown}
  end

  @doc "Takes a line, or a moment in which there was none."
  @spec handle(Roundtrip.Rust.Cargo.event(), t()) :: t()
  def handle({:line, line}, output) do
    if progress?(line),
      do: show(%{output | progress: [line | output.progress]}),
      else: %{output | text: [line | output.text]}
  end

  def handle(:silence, output), do: show(output)

  @doc "rustc's text, without what cargo says of it, and with what to do where that is not plain."
  @spec text(t()) :: String.t()
  def text(output) do
    text =
      output.text
      |> Enum.reject(&noise?(plain(&1), output.crate))
      |> Enum.reverse()
      |> Enum.join("\n")
      |> String.trim("\n")

    Enum.join([text | for({pattern, hint} <- @hints, plain(text) =~ pattern, do: hint)], "\n\n")
  end

  defp show(%{silent_until: :shown} = output) do
    for line <- Enum.reverse(output.progress), do: IO.puts(own_name(line, output))
    %{output | progress: []}
  end

  defp show(output) do
    if now() < output.silent_until do
      output
    else
      IO.puts("Building #{output.title} takes a while.")
      show(%{output | silent_until: :shown})
    end
  end

  defp own_name(line, output),
    do: String.replace(line, ~r/#{output.crate} v0\.0\.0 \(.*\)/, output.title)

  # cargo puts a verb before each of its lines, and aligns it to the right in twelve columns.
  defp progress?(line) do
    with [verb] <- Regex.run(~r/^ *([A-Z][a-z]+) /, plain(line), capture: :all_but_first),
         do: verb in @verbs and String.starts_with?(plain(line), String.pad_leading(verb, 12))
  end

  defp noise?(line, crate) do
    String.starts_with?(line, [
      "error: could not compile `#{crate}`",
      "warning: `#{crate}` (lib) generated",
      "warning: build failed, waiting"
    ])
  end

  defp plain(text), do: String.replace(text, ~r/\e\[[0-9;]*m/, "")

  defp now, do: System.monotonic_time(:millisecond)
end
