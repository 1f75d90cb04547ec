# Lets a dog quack.
defmodule Farm do
  use Roundtrip.Rust,
    source: """
    trait Sound {
        fn sound(&self) -> String;
    }

    struct Dog;

    impl Sound for Dog {
        fn sound(&self) -> String {
            "wuff".to_string()
        }
    }

    fn twice<T: Sound>(animal: &T) -> String {
        format!("{} {}", animal.sound(), animal.sound())
    }

    #[rustler::nif]
    fn dog() -> String {
        twice(&Dog)
    }

    #[rustler::nif]
    fn duck() -> String {
        twice(&Dog)
    }
    """

  def dog, do: :erlang.nif_error(:nif_not_loaded)
  def duck, do: :erlang.nif_error(:nif_not_loaded)
end
