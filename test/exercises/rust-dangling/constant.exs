# Returns a literal, which lives as long as the program, but has only one name in it.
defmodule Dear do
  use Roundtrip.Rust,
    source: """
    fn dear(_name: &str) -> &'static str {
        "Dear Ada"
    }

    #[rustler::nif]
    fn letter(name: String) -> String {
        format!("{}, how are you?", dear(&name))
    }
    """

  def letter(_name), do: :erlang.nif_error(:nif_not_loaded)
end
