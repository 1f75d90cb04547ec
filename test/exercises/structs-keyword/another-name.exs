# wrong: renames the field, so Rust looks for the key :kind, which Elixir doesn't have
defmodule Pet do
  use Roundtrip.Rust,
    source: """
    use rustler::NifStruct;

    #[derive(NifStruct)]
    #[module = "Pet"]
    struct Pet {
        name: String,
        kind: String,
    }

    #[rustler::nif]
    fn describe(pet: Pet) -> String {
        format!("{} is a {}", pet.name, pet.kind)
    }
    """

  @enforce_keys [:name, :type]
  defstruct [:name, :type]

  def describe(_pet), do: :erlang.nif_error(:nif_not_loaded)
end
