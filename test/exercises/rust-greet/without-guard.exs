# Covers None, and forgets the empty name.
defmodule Doorman do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn greet(name: Option<String>) -> String {
        match name {
            Some(name) => format!("Hello, {name}"),
            None => "Hello, stranger".to_string(),
        }
    }
    """

  def greet(_name), do: :erlang.nif_error(:nif_not_loaded)
end
