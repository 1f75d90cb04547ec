# Counts the environment of the call as an argument.
defmodule Temperature do
  def to_celsius(_fahrenheit), do: :erlang.nif_error(:nif_not_loaded)
  def notify(_env, _degrees), do: :erlang.nif_error(:nif_not_loaded)
  def parse!(_text), do: :erlang.nif_error(:nif_not_loaded)
end
