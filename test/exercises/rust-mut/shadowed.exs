# A new variable in the block shadows the price, and ends with the block.
defmodule Fare do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn fare(zones: i64) -> i64 {
        let price = 200;
        if zones > 1 {
            let price = price + 80 * (zones - 1);
        }
        price
    }
    """

  def fare(_zones), do: :erlang.nif_error(:nif_not_loaded)
end
