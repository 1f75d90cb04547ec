defmodule Bench.Table do
  # What was measured, and the goals beside it.

  @goals [
    {"inline, of Rust alone", 64, {:rate, :inline, :rust}, {:at_least, 0.65}},
    {"inline, of gen_tcp", 64, {:rate, :inline, :gen_tcp}, {:at_least, 1.1}},
    {"a task each, of Rust alone", 64, {:rate, :task, :rust}, {:at_least, 0.45}},
    {"inline, of Rust alone", 2, {:rate, :inline, :rust}, {:at_least, 0.45}},
    {"p99 inline, of gen_tcp's", 64, {:p99, :inline, :gen_tcp}, {:at_most, 1.0}},
    {"p99 inline, of gen_tcp's", 2, {:p99, :inline, :gen_tcp}, {:at_most, 1.0}}
  ]

  @titles %{
    rust: "Rust alone",
    bare: "a bare loop",
    inline: "inline",
    task: "a task each",
    gen_tcp: "gen_tcp",
    httpd: "inets httpd"
  }

  @doc "`results` has, by the number of connections, the rounds: maps from a server to its figures."
  def print(order, results) do
    for {count, rounds} <- Enum.sort(results) do
      IO.puts("\n#{count} connections")
      row(["", "req/s", "of Rust", "of gen_tcp", "p50 us", "p99 us"])

      for name <- order do
        row([
          @titles[name],
          round(median(rounds, & &1[name].rate)),
          ratio(rounds, {:rate, name, :rust}),
          ratio(rounds, {:rate, name, :gen_tcp}),
          round(median(rounds, & &1[name].p50)),
          round(median(rounds, & &1[name].p99))
        ])
      end
    end

    IO.puts("\nGoals")

    for {title, count, ratio, goal} <- @goals, rounds = results[count] do
      row([
        "#{title}, at #{count}",
        ratio(rounds, ratio),
        wish(goal),
        verdict(rounds, ratio, goal)
      ])
    end

    :ok
  end

  defp verdict(rounds, ratio, goal) do
    met =
      case {median(rounds, &divide(&1, ratio)), goal} do
        {got, {:at_least, wanted}} -> got >= wanted
        {got, {:at_most, wanted}} -> got <= wanted
      end

    if met, do: "pass", else: "MISS"
  end

  defp wish({:at_least, wanted}), do: "at least #{digits(wanted)}"
  defp wish({:at_most, wanted}), do: "at most #{digits(wanted)}"

  defp ratio(rounds, ratio), do: rounds |> median(&divide(&1, ratio)) |> digits()
  defp divide(round, {figure, one, other}), do: round[one][figure] / round[other][figure]

  defp median(rounds, fun) do
    sorted = rounds |> Enum.map(fun) |> Enum.sort()
    count = length(sorted)
    middle = Enum.slice(sorted, div(count - 1, 2), 2 - rem(count, 2))
    Enum.sum(middle) / length(middle)
  end

  defp digits(number), do: :erlang.float_to_binary(number / 1, decimals: 2)

  defp row([title | cells]) do
    IO.puts(
      String.pad_trailing("  #{title}", 36) <>
        Enum.map_join(cells, &String.pad_leading("#{&1}", 14))
    )
  end
end
