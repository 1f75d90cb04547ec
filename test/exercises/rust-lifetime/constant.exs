# Returns a literal, which comes from neither of the two.
defmodule Shorter do
  use Roundtrip.Rust,
    source: """
    fn shorter(_a: &str, _b: &str) -> &'static str {
        "Rust"
    }

    #[rustler::nif]
    fn shorter_of(a: String, b: String) -> String {
        shorter(&a, &b).to_string()
    }
    """

  def shorter_of(_a, _b), do: :erlang.nif_error(:nif_not_loaded)
end
