# Lends a copy of the total.
defmodule Tip do
  use Roundtrip.Rust,
    source: """
    fn add_tip(total: &mut i64) {
        *total += *total / 10;
    }

    #[rustler::nif]
    fn bill(total: i64) -> i64 {
        let total = total;
        add_tip(&mut total.clone());
        total
    }
    """

  def bill(_total), do: :erlang.nif_error(:nif_not_loaded)
end
