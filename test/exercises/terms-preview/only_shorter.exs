# a short text is returned whole, but a letter may still be cut
defmodule Preview do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn preview(text: &str, max: usize) -> &str {
        let end = max.min(text.len());
        &text[..end]
    }
    """

  def preview(_text, _max), do: :erlang.nif_error(:nif_not_loaded)
end
