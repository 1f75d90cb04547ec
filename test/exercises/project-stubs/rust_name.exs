# Uses the name of the Rust function, and not the one in its attribute.
defmodule Temperature do
  def to_celsius(_fahrenheit), do: :erlang.nif_error(:nif_not_loaded)
  def notify(_degrees), do: :erlang.nif_error(:nif_not_loaded)
  def parse(_text), do: :erlang.nif_error(:nif_not_loaded)
end
