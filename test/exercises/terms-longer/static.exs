# wrong (error): the result claims to live for ever
defmodule Longer do
  use Roundtrip.Rust,
    source: """
    fn longer(a: &str, b: &str) -> &'static str {
        if b.len() > a.len() { b } else { a }
    }

    #[rustler::nif]
    fn longest(words: Vec<&str>) -> String {
        let mut longest = "";
        for word in words {
            longest = longer(longest, word);
        }
        longest.to_owned()
    }
    """

  def longest(_words), do: :erlang.nif_error(:nif_not_loaded)
end
