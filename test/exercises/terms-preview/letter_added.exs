# the letter that does not fit is added
defmodule Preview do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn preview(text: &str, max: usize) -> &str {
        let mut end = max.min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        &text[..end]
    }
    """

  def preview(_text, _max), do: :erlang.nif_error(:nif_not_loaded)
end
