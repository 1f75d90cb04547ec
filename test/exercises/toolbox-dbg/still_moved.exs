# wrong (E0382): a name for the result of dbg! leaves `name` moved
defmodule Shout do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn shout(name: String) -> String {
        let _shown = dbg!(name);
        name.to_uppercase()
    }
    """

  def shout(_name), do: :erlang.nif_error(:nif_not_loaded)
end
