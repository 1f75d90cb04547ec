# makes port 0 of every text that is no port
defmodule PortNumber do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn parse(text: &str) -> Result<u16, String> {
        Ok(text.parse().unwrap_or(0))
    }
    """

  def parse(_text), do: :erlang.nif_error(:nif_not_loaded)
end
