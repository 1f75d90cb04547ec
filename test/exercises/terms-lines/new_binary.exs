# each line is copied
defmodule Lines do
  use Roundtrip.Rust,
    source: """
    use rustler::{Binary, Env, NifResult};

    #[rustler::nif]
    fn lines<'a>(env: Env<'a>, text: Binary<'a>) -> NifResult<Vec<Binary<'a>>> {
        let mut lines = Vec::new();
        for line in text.split(|byte| *byte == 10) {
            lines.push(rustler::OwnedBinary::from_slice(line).release(env));
        }
        Ok(lines)
    }
    """

  def lines(_text), do: :erlang.nif_error(:nif_not_loaded)
end
