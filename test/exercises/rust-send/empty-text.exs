# Gives the thread a text of its own, which is empty.
defmodule Threads do
  use Roundtrip.Rust,
    source: """
    use std::thread;

    #[rustler::nif]
    fn len(text: String) -> Option<usize> {
        let lent = String::with_capacity(text.len());
        let thread = thread::spawn(move || lent.len());
        thread.join().ok()
    }
    """

  def len(_text), do: :erlang.nif_error(:nif_not_loaded)
end
