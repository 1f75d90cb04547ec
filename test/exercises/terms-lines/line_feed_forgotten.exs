# start is not moved behind the line feed
defmodule Lines do
  use Roundtrip.Rust,
    source: """
    use rustler::{Binary, NifResult};

    #[rustler::nif]
    fn lines(text: Binary<'_>) -> NifResult<Vec<Binary<'_>>> {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split(|byte| *byte == 10) {
            lines.push(text.make_subbinary(start, line.len())?);
            start += line.len();
        }
        Ok(lines)
    }
    """

  def lines(_text), do: :erlang.nif_error(:nif_not_loaded)
end
