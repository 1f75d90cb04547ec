# has one message for all mistakes, in place of Rust's
defmodule PortNumber do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn parse(text: &str) -> Result<u16, String> {
        text.parse().map_err(|_| "not a port".to_owned())
    }
    """

  def parse(_text), do: :erlang.nif_error(:nif_not_loaded)
end
