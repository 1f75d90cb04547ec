defmodule Livemd.Parser.FenceReader do
  @moduledoc false
  # Reads one fence, and reports lines at which Livebook would unexpectedly close it, and info strings
  # that Livebook would evaluate or drop.

  alias Livemd.Fence
  alias Livemd.Parser.Blocks

  @shown ~w(rust rust,compile_fail c toml console text mermaid diff yaml)
  @evaluated_by_livebook ~w(erlang python pyproject.toml)
  @looks_like_elixir ~w(Elixir ELIXIR ex exs iex)

  @spec take(nonempty_list(Blocks.line())) :: {[Fence.t() | Blocks.problem()], [Blocks.line()]}
  def take([{opening, line} | rest]) do
    [_, ticks, info] = Regex.run(~r/\A(`{3,})(.*)\z/s, opening)
    {code, rest, problems} = until_close(rest, ticks, line, [], [])
    fence = %Fence{info: info, code: Enum.join(code, "\n"), line: line}
    {[fence | info_problems(info, line) ++ problems], rest}
  end

  defp until_close([], _ticks, opened, code, problems) do
    {Enum.reverse(code), [], [{:problem, opened, "the fence is never closed"} | problems]}
  end

  defp until_close([{ticks, _} | rest], ticks, _opened, code, problems) do
    {Enum.reverse(code), rest, Enum.reverse(problems)}
  end

  defp until_close([{text, line} | rest], ticks, opened, code, problems) do
    problems =
      case almost_closes(text, ticks, opened) do
        nil -> problems
        message -> [{:problem, line, message} | problems]
      end

    until_close(rest, ticks, opened, [text | code], problems)
  end

  defp almost_closes(text, ticks, opened) do
    text = String.trim_leading(text)
    after_ticks = String.replace_prefix(text, ticks, "")

    cond do
      not String.starts_with?(text, ticks) ->
        nil

      String.starts_with?(after_ticks, "`") ->
        "more backticks than the fence of line #{opened} has: open with more"

      String.trim(after_ticks) =~ ~r/[`\s]/u ->
        nil

      true ->
        "Livebook closes here the fence of line #{opened}: " <>
          "close with exactly #{ticks} or open with more backticks"
    end
  end

  defp info_problems("elixir", _line), do: []
  defp info_problems(info, _line) when info in @shown, do: []

  defp info_problems(info, line) do
    if info =~ ~r/\Arust,compile_fail,E\d{4}\z/,
      do: [],
      else: [{:problem, line, info_message(info)}]
  end

  defp info_message(""), do: "a fence without a language: name one, such as `text`"

  defp info_message(info) when info in @evaluated_by_livebook,
    do: "Livebook would run a fence marked `#{info}`: this subset runs only `elixir`"

  defp info_message(info) do
    trimmed = String.trim(info)

    cond do
      info in @looks_like_elixir or info =~ ~r/\Aelixir[\s,{]/u ->
        "`#{info}` is never run, though it looks like Elixir: write exactly `elixir`"

      String.contains?(info, "`") ->
        "three backticks at the start of a line that opens no fence"

      info != trimmed ->
        "white space around `#{trimmed}`: it must follow the backticks and end the line"

      true ->
        "`#{info}` is not a language of this subset: elixir, " <>
          Enum.join(@shown, ", ") <> ", rust,compile_fail,E0000"
    end
  end
end
