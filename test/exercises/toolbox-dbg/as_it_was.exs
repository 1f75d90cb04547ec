# returns the name as it was
defmodule Shout do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn shout(name: String) -> String {
        dbg!(name)
    }
    """

  def shout(_name), do: :erlang.nif_error(:nif_not_loaded)
end
