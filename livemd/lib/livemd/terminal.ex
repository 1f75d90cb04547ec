defmodule Livemd.Terminal do
  @moduledoc """
  A terminal or a pipe that lines are written to, with its width and colours.

      terminal = Terminal.new(width: 72, colour: true)
      block |> Livemd.Terminal.Block.lines(terminal) |> Terminal.print(terminal)

    * `width` - the width in columns (80);
    * `colour` - whether lines may contain escape sequences (`false`);
    * `unfolded` - whether `<details>` show their content (`false`);
    * `device` - the output device (`:stdio`);
    * `live` - whether to show progress, for a terminal that somebody watches (`false`).
  """

  defstruct width: 80, colour: false, unfolded: false, device: :stdio, live: false

  @type t :: %__MODULE__{}
  @type lines :: [IO.chardata()]

  @erase_line "\r\e[2K"

  # Longer lines are hard to read, however wide the window is.
  @widest 100

  @doc "Returns a terminal with the given fields."
  @spec new(keyword()) :: t()
  def new(options \\ []), do: struct!(__MODULE__, options)

  @doc """
  Returns the terminal of standard output, or `nil` if that is a pipe or a file.

  It has no colours if `NO_COLOR` is set (see no-color.org) or if `TERM` is `dumb`.
  """
  @spec detect() :: t() | nil
  def detect do
    case :io.columns() do
      {:ok, columns} -> new(width: columns |> min(@widest) |> max(20), colour: colours?())
      {:error, :enotsup} -> nil
    end
  end

  defp colours? do
    System.get_env("NO_COLOR", "") == "" and System.get_env("TERM") not in [nil, "dumb"]
  end

  @doc "Returns the option `:terminal`, or a pipe if that is `nil`, with the device `:output`."
  @spec open(keyword()) :: t()
  def open(options) do
    device = Keyword.get(options, :output, :stdio)

    case options[:terminal] do
      nil -> new(device: device)
      terminal -> %{terminal | device: device, live: true}
    end
  end

  @doc "Writes lines. They replace the current progress line or prompt."
  @spec print(lines(), t()) :: :ok
  def print(lines, terminal) do
    erase = if terminal.live, do: @erase_line, else: ""
    IO.write(terminal.device, [erase | Enum.map(lines, &[&1, "\n"])])
  end

  @doc "Writes a progress line, which the next line replaces. Does nothing for a pipe."
  @spec progress(String.t(), t()) :: :ok
  def progress(_text, %{live: false}), do: :ok

  def progress(text, terminal) do
    text = String.slice(text, 0, terminal.width - 1)
    IO.write(terminal.device, [@erase_line, style(text, [:faint], terminal)])
  end

  @doc "Returns text with styles of `IO.ANSI`, or unchanged if the terminal has no colours."
  @spec style(IO.chardata(), [atom()], t()) :: IO.chardata()
  def style(text, styles, terminal), do: IO.ANSI.format([styles, text], terminal.colour)

  @doc "Splits text into lines, puts `mark` before the first one and indents the others."
  @spec hang(IO.chardata(), String.t()) :: lines()
  def hang(mark, text) do
    [first | rest] = split(text)
    [[mark, first] | indent(rest, String.duplicate(" ", width(mark)))]
  end

  @doc "Returns how many columns a line takes."
  @spec width(IO.chardata()) :: non_neg_integer()
  def width(line),
    do: line |> IO.chardata_to_string() |> String.replace(~r/\e\[[\d;]*m/, "") |> String.length()

  @doc "Splits text into lines, without an empty one at the end."
  @spec split(String.t()) :: [String.t()]
  def split(text), do: text |> String.trim_trailing("\n") |> String.split("\n")

  @doc "Indents each line that isn't empty."
  @spec indent(lines(), String.t()) :: lines()
  def indent(lines, indent), do: Enum.map(lines, &if(&1 == "", do: "", else: [indent, &1]))

  @doc """
  Returns a number and a noun, in the plural unless the number is 1.

      iex> {Livemd.Terminal.count(1, "line"), Livemd.Terminal.count(2, "line")}
      {"1 line", "2 lines"}
  """
  @spec count(non_neg_integer(), String.t()) :: String.t()
  def count(1, noun), do: "1 #{noun}"
  def count(number, noun), do: "#{number} #{noun}s"
end
