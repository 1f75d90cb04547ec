# There is no Rust in it.
defmodule Discount do
  def reduced(cents, percent), do: trunc(cents - div(trunc(cents) * percent, 100))
end
