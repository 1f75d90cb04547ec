# Keeps the text of the example as what was there before.
defmodule Letter do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn sign(letter: String) -> String {
        let mut letter = letter;
        let first = "Hello";
        letter.push_str(" Ada");
        format!("{first}, then: {letter}")
    }
    """

  def sign(_letter), do: :erlang.nif_error(:nif_not_loaded)
end
