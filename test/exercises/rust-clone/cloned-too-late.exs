# Clones what is left, and not what was moved.
defmodule Copier do
  use Roundtrip.Rust,
    source: """
    fn loud(word: String) -> String {
        word.to_uppercase()
    }

    #[rustler::nif]
    fn both(word: String) -> (String, String) {
        let loud = loud(word);
        (loud.clone(), loud)
    }
    """

  def both(_word), do: :erlang.nif_error(:nif_not_loaded)
end
