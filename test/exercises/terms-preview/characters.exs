# max counts code points and not bytes
defmodule Preview do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn preview(text: &str, max: usize) -> String {
        text.chars().take(max).collect()
    }
    """

  def preview(_text, _max), do: :erlang.nif_error(:nif_not_loaded)
end
