# Moves the name into `title`, and then has none left to welcome.
defmodule Greeter do
  use Roundtrip.Rust,
    source: """
    fn title(name: String) -> String {
        format!("Dr. {name}")
    }

    #[rustler::nif]
    fn greet(name: String) -> String {
        let title = title(name);
        format!("{title}, welcome")
    }
    """

  def greet(_name), do: :erlang.nif_error(:nif_not_loaded)
end
