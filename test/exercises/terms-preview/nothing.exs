# a text that would be cut in a letter is not returned at all
defmodule Preview do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn preview(text: &str, max: usize) -> &str {
        let end = max.min(text.len());
        text.get(..end).unwrap_or_default()
    }
    """

  def preview(_text, _max), do: :erlang.nif_error(:nif_not_loaded)
end
