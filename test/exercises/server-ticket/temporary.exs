# takes the text out of a copy
defmodule Ticket do
  use Roundtrip.Rust,
    source: """
    use rustler::{Atom, Resource, ResourceArc};
    use std::sync::Mutex;

    mod atoms {
        rustler::atoms! { already_taken, poisoned }
    }

    pub struct Ticket {
        text: Mutex<Option<String>>,
    }

    #[rustler::resource_impl]
    impl Resource for Ticket {}

    #[rustler::nif]
    fn new(text: String) -> ResourceArc<Ticket> {
        ResourceArc::new(Ticket { text: Mutex::new(Some(text)) })
    }

    #[rustler::nif]
    fn give(ticket: ResourceArc<Ticket>) -> Result<String, Atom> {
        let text = ticket.text.lock().map_err(|_| atoms::poisoned())?;
        // The text stays, and each call gets a copy.
        text.clone().take().ok_or(atoms::already_taken())
    }
    """

  def new(_text), do: :erlang.nif_error(:nif_not_loaded)
  def give(_ticket), do: :erlang.nif_error(:nif_not_loaded)
end
