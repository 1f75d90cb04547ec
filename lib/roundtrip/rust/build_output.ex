defmodule Roundtrip.Rust.BuildOutput do
  @moduledoc false
  # Separates what a build prints into cargo's progress and rustc's messages. The progress is shown
  # if the build takes long, and the messages are kept.

  @enforce_keys [:title, :crate, :silent_until]
  defstruct [:title, :crate, :silent_until, progress: [], text: []]

  # A quick build shows no progress. In milliseconds.
  @silence 2_000

  @verbs ~w(Adding Blocking Building Compiling Dirty Downloaded Downloading Fetching Finished Fresh
            Locking Removing Updating Waiting)

  @hints [
    {~r/linker `.+` not found/,
     "Rust links with a C compiler, and there is none: install gcc or clang " <>
       "(Debian, Ubuntu: `apt install gcc`; macOS: `xcode-select --install`)."},
    {~r/failed to (download|fetch|get|query)|[Cc]ould not resolve host|--offline/,
     "The first build with a crate fetches it from crates.io and needs a network; later ones do not."}
  ]

  @type t :: %__MODULE__{}

  @doc """
  Starts with no output. `first` describes the crates that are built before the cell, such as "the
  crates that all cells share": then the progress is shown from the beginning. It is `nil` if they are
  built already.
  """
  @spec new(title :: String.t(), crate :: String.t(), first :: String.t() | nil) :: t()
  def new(title, crate, nil),
    do: %__MODULE__{title: title, crate: crate, silent_until: now() + @silence}

  def new(title, crate, first) do
    IO.puts("Building #{first}. This happens once, and takes a minute or less.")
    %__MODULE__{title: title, crate: crate, silent_until: :shown}
  end

  @doc "Handles a line of output, or a moment without one."
  @spec handle(Roundtrip.Rust.Cargo.event(), t()) :: t()
  def handle({:line, line}, output) do
    if progress?(line),
      do: show(%{output | progress: [line | output.progress]}),
      else: %{output | text: [line | output.text]}
  end

  def handle(:silence, output), do: show(output)

  @doc "Returns rustc's messages, without cargo's summary of them, and with advice for common problems."
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
    for line <- Enum.reverse(output.progress), do: IO.puts(with_title(line, output))
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

  defp with_title(line, output),
    do: String.replace(line, ~r/#{output.crate} v0\.0\.0 \(.*\)/, output.title)

  # A line of cargo's progress begins with a verb that is aligned to the right in twelve columns.
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

  # In rustc's messages: a place in a source of Rust's own library that isn't installed or the label of
  # one in a macro, an empty line, and any label. A part begins with an empty line or at the margin.
  @unavailable ~r/^ *(?:(?:-->|:::) \/rustc\/|= note: in this macro invocation$)/
  @empty ~r/^ *\|$/
  @label ~r/^ *= note: /
  @part ~r/^(?:$|error|warning|note|help)/

  @doc """
  Removes the places in sources of Rust's own library, which nobody can open, and the notes that consist
  of such a place. Sources that are installed have a path of this machine, and stay.
  """
  @spec without_library_sources(String.t()) :: String.t()
  def without_library_sources(text) do
    text
    |> String.split("\n")
    |> Enum.map(&{&1, plain(&1)})
    |> Enum.chunk_while([], &part/2, &{:cont, Enum.reverse(&1), []})
    |> Enum.reject(&only_place?/1)
    |> Enum.flat_map(&without_places/1)
    |> Enum.join("\n")
    |> String.trim_trailing("\n")
  end

  # Begins a part of a message with `note: ...`, for example, or adds a line to it.
  defp part({_line, plain} = both, [_ | _] = part) do
    if plain =~ @part, do: {:cont, Enum.reverse(part), [both]}, else: {:cont, [both | part]}
  end

  defp part(both, []), do: {:cont, [both]}

  defp only_place?([{_line, "note: " <> _} | [_ | _] = rest]) do
    Enum.any?(rest, fn {_line, plain} -> plain =~ @unavailable end) and
      Enum.all?(rest, fn {_line, plain} ->
        plain =~ @unavailable or plain =~ @empty or plain =~ @label
      end)
  end

  defp only_place?(_part), do: false

  # The empty line below a place belongs to it.
  defp without_places(part) do
    for {{line, plain}, {_, above}} <- Enum.zip(part, [{"", ""} | part]),
        not (plain =~ @unavailable),
        not (plain =~ @empty and above =~ @unavailable),
        do: line
  end

  @doc "Removes colours."
  @spec plain(String.t()) :: String.t()
  def plain(text), do: String.replace(text, ~r/\e\[[0-9;]*m/, "")

  defp now, do: System.monotonic_time(:millisecond)
end
