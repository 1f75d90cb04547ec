# Counts bytes, and not letters.
defmodule Words do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn loud_words(words: Vec<String>) -> Vec<String> {
        words
            .into_iter()
            .filter(|word| word.len() > 3)
            .map(|word| word.to_uppercase())
            .collect()
    }
    """

  def loud_words(_words), do: :erlang.nif_error(:nif_not_loaded)
end
