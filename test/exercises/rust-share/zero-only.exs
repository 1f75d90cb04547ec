# Knows that nobody is 0 people, and forgets that an i64 can be negative.
defmodule Bill do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn share(total: i64, people: i64) -> Option<i64> {
        total.checked_div(people)
    }
    """

  def share(_total, _people), do: :erlang.nif_error(:nif_not_loaded)
end
