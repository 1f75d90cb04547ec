# Divides without asking whether there is somebody.
defmodule Bill do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn share(total: i64, people: i64) -> Option<i64> {
        Some(total / people)
    }
    """

  def share(_total, _people), do: :erlang.nif_error(:nif_not_loaded)
end
