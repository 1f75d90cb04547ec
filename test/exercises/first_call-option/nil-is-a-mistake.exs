# A missing discount is treated like a wrong one.
defmodule Price do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn price(cents: i64, percent: Option<i64>) -> Option<i64> {
        percent
            .filter(|percent| *percent >= 0 && *percent <= 100)
            .map(|percent| cents - cents * percent / 100)
    }
    """

  def price(_cents, _percent), do: :erlang.nif_error(:nif_not_loaded)
end
