# Returns what it may lend, the name, and loses the new text.
defmodule Dear do
  use Roundtrip.Rust,
    source: """
    fn dear(name: &str) -> &str {
        name
    }

    #[rustler::nif]
    fn letter(name: String) -> String {
        format!("{}, how are you?", dear(&name))
    }
    """

  def letter(_name), do: :erlang.nif_error(:nif_not_loaded)
end
