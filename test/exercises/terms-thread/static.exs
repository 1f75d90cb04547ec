# wrong (error): the text claims to live for ever
defmodule LongestLine do
  use Roundtrip.Rust,
    source: """
    use rustler::Atom;
    use std::thread;

    mod atoms {
        rustler::atoms! { panicked }
    }

    #[rustler::nif]
    fn longest_line(text: &'static str) -> Result<usize, Atom> {
        let search = move || text.lines().map(|line| line.len()).max().unwrap_or(0);
        thread::spawn(search).join().map_err(|_panic| atoms::panicked())
    }
    """

  def longest_line(_text), do: :erlang.nif_error(:nif_not_loaded)
end
