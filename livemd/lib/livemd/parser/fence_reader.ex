defmodule Livemd.Parser.FenceReader do
  @moduledoc false
  # Takes a fence off the lines. What Livebook would close, run or drop unexpectedly is a problem.

  alias Livemd.Fence

  @shown ~w(rust rust,compile_fail c toml console text mermaid diff yaml)

  # What Livebook runs, or what looks like it.
  @runs ~w(erlang python pyproject.toml)
  @looks_elixir ~w(Elixir ELIXIR ex exs iex)

  @spec take(nonempty_list({String.t(), pos_integer()})) ::
          {[Fence.t() | {:problem, pos_integer(), String.t()}], [{String.t(), pos_integer()}]}
  def take([{opening, line} | rest]) do
    [_, ticks, info] = Regex.run(~r/\A(`{3,})(.*)\z/s, opening)
    {code, rest, end_problems} = until_close(rest, ticks, line, [], [])
    fence = %Fence{info: info, code: Enum.join(code, "\n"), line: line}
    {[fence | info_problems(info, line) ++ end_problems], rest}
  end

  defp until_close([], _ticks, opened, code, problems) do
    {Enum.reverse(code), [], [{:problem, opened, "the fence is never closed"} | problems]}
  end

  defp until_close([{ticks, _} | rest], ticks, _opened, code, problems) do
    {Enum.reverse(code), rest, Enum.reverse(problems)}
  end

  defp until_close([{text, line} | rest], ticks, opened, code, problems) do
    problems = inner_problem(text, line, ticks, opened) ++ problems
    until_close(rest, ticks, opened, [text | code], problems)
  end

  defp inner_problem(text, line, ticks, opened) do
    cond do
      text =~ ~r/\A\s*#{ticks}\s*[^`\s]*\s*\z/u ->
        message =
          "Livebook closes here the fence of line #{opened}: " <>
            "close with exactly #{ticks} or open with more backticks"

        [{:problem, line, message}]

      text =~ ~r/\A\s*#{ticks}`/u ->
        [{:problem, line, "more backticks than the fence of line #{opened} has: open with more"}]

      true ->
        []
    end
  end

  defp info_problems("elixir", _line), do: []
  defp info_problems(info, _line) when info in @shown, do: []

  defp info_problems("rust,compile_fail,E" <> <<code::binary-size(4)>> = info, line) do
    if code =~ ~r/\A\d{4}\z/, do: [], else: [{:problem, line, unknown(info)}]
  end

  defp info_problems(info, line), do: [{:problem, line, info_message(info)}]

  defp info_message(""), do: "a fence without a language: name one, such as `text`"

  defp info_message(info) when info in @runs do
    "Livebook would run a fence marked `#{info}`: this subset runs only `elixir`"
  end

  defp info_message(info) do
    cond do
      info in @looks_elixir or info =~ ~r/\Aelixir[\s,{]/u ->
        "`#{info}` is never run, though it looks like Elixir: write exactly `elixir`"

      String.contains?(info, "`") ->
        "three backticks at the start of a line that opens no fence"

      info != String.trim(info) ->
        info_message_space(info)

      true ->
        unknown(info)
    end
  end

  defp info_message_space(info) do
    "white space around `#{String.trim(info)}`: it must follow the backticks and end the line"
  end

  defp unknown(info) do
    "`#{info}` is none of the languages of this subset: elixir, " <>
      Enum.join(@shown, ", ") <> ", rust,compile_fail,E0000"
  end
end
