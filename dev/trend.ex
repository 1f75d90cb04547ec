defmodule Roundtrip.Trend do
  @moduledoc """
  Tells whether repeated measurements rise: the seasonal Kendall test, and the slope of Theil and Sen.

  Only measurements of the same season are compared with each other, such as those after the same
  lesson. Both methods look at the order of values and at medians, so one outlier changes little, and
  nothing is assumed about how the values are distributed.

      iex> constant = for time <- 1..9, do: {rem(time, 3), time, rem(time, 3)}
      iex> Roundtrip.Trend.new(constant)
      %{slope: 0.0, z: 0.0}

      iex> rising = for time <- 1..9, do: {rem(time, 3), time, 10 * rem(time, 3) + 2 * time}
      iex> %{slope: 2.0, z: z} = Roundtrip.Trend.new(rising)
      iex> z > 2
      true
  """

  @typedoc "A measurement: its season, its time and its value."
  @type sample :: {season :: term(), time :: number(), value :: number()}

  @typedoc """
    * `slope` - the median of how much a value rises in a unit of time
    * `z` - how certain it is that the values rise, in standard deviations; negative if they fall
  """
  @type t :: %{slope: float(), z: float()}

  @doc "Returns the trend of the samples. It is 0 if there are no two of the same season."
  @spec new([sample()]) :: t()
  def new(samples) do
    seasons = samples |> Enum.group_by(&elem(&1, 0)) |> Map.values()
    pairs = Enum.flat_map(seasons, &pairs/1)
    score = Enum.sum(for {_run, rise} <- pairs, do: sign(rise))
    variance = Enum.sum(for season <- seasons, do: variance(season))
    %{slope: median(for {run, rise} <- pairs, do: rise / run), z: z(score, variance)}
  end

  defp pairs(season) do
    for {_, time, value} <- season,
        {_, later, new_value} <- season,
        later > time,
        do: {later - time, new_value - value}
  end

  # Equal values lower the variance.
  defp variance(season) do
    ties = season |> Enum.frequencies_by(&elem(&1, 2)) |> Map.values()
    (variance_term(length(season)) - Enum.sum(Enum.map(ties, &variance_term/1))) / 18
  end

  defp variance_term(n), do: n * (n - 1) * (2 * n + 5)

  # One less, because the score is a whole number and the normal distribution is continuous.
  defp z(0, _variance), do: 0.0
  defp z(score, variance), do: (score - sign(score)) / :math.sqrt(variance)

  defp sign(number) when number > 0, do: 1
  defp sign(number) when number < 0, do: -1
  defp sign(_zero), do: 0

  defp median([]), do: 0.0

  defp median(values) do
    sorted = Enum.sort(values)
    middle = div(length(sorted), 2)

    if rem(length(sorted), 2) == 1,
      do: Enum.at(sorted, middle),
      else: (Enum.at(sorted, middle - 1) + Enum.at(sorted, middle)) / 2
  end
end
