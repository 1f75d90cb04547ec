# A missing discount panics.
defmodule Price do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn price(cents: i64, percent: Option<i64>) -> Option<i64> {
        let percent = percent.unwrap();
        if percent >= 0 && percent <= 100 {
            Some(cents - cents * percent / 100)
        } else {
            None
        }
    }
    """

  def price(_cents, _percent), do: :erlang.nif_error(:nif_not_loaded)
end
