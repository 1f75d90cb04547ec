# Only the upper limit is checked, so very negative minutes panic.
defmodule Clock do
  use Roundtrip.Rust,
    source: """
    use rustler::Atom;

    mod atoms {
        rustler::atoms! { minutes, seconds }
    }

    #[rustler::nif]
    fn in_seconds(minutes: i64, seconds: i64) -> Result<i64, Atom> {
        if minutes > i64::MAX / 60 {
            return Err(atoms::minutes());
        }
        let product = minutes * 60;
        product.checked_add(seconds).ok_or(atoms::seconds())
    }
    """

  def in_seconds(_minutes, _seconds), do: :erlang.nif_error(:nif_not_loaded)
end
