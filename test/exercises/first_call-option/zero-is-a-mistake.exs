# A discount of 0 percent is taken for a mistake.
defmodule Price do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn price(cents: i64, percent: Option<i64>) -> Option<i64> {
        match percent {
            None => Some(cents),
            Some(percent) if percent > 0 && percent <= 100 => Some(cents - cents * percent / 100),
            Some(_) => None,
        }
    }
    """

  def price(_cents, _percent), do: :erlang.nif_error(:nif_not_loaded)
end
