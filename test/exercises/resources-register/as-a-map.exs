# Sends the value to Elixir as a map, so that Rust keeps nothing.
defmodule Greeting do
  use Roundtrip.Rust,
    source: """
    use rustler::NifMap;

    #[derive(NifMap)]
    struct Greeting {
        word: String,
    }

    #[rustler::nif]
    fn new(word: String) -> Greeting {
        Greeting { word }
    }

    #[rustler::nif]
    fn hello(greeting: Greeting, name: &str) -> String {
        format!("{}, {name}!", greeting.word)
    }
    """

  def new(_word), do: :erlang.nif_error(:nif_not_loaded)
  def hello(_greeting, _name), do: :erlang.nif_error(:nif_not_loaded)
end
