# Gives the lifetime to the first text only, and so can return no other.
defmodule Shorter do
  use Roundtrip.Rust,
    source: """
    fn shorter<'a>(a: &'a str, _b: &str) -> &'a str {
        a
    }

    #[rustler::nif]
    fn shorter_of(a: String, b: String) -> String {
        shorter(&a, &b).to_string()
    }
    """

  def shorter_of(_a, _b), do: :erlang.nif_error(:nif_not_loaded)
end
