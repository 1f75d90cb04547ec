# wrong (E0621): only one of the arguments has the lifetime of the result
defmodule Longer do
  use Roundtrip.Rust,
    source: """
    fn longer<'a>(a: &'a str, b: &str) -> &'a str {
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
