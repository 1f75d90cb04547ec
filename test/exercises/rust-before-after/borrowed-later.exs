# Borrows after the change, which compiles and shows the changed text twice.
defmodule Letter do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn sign(letter: String) -> String {
        let mut letter = letter;
        letter.push_str(" Ada");
        let first = &letter;
        format!("{first}, then: {letter}")
    }
    """

  def sign(_letter), do: :erlang.nif_error(:nif_not_loaded)
end
