# wrong: `as` cuts bits off, as the decoder did
defmodule Colour do
  use Roundtrip.Rust,
    source: """
    use rustler::{NifStruct, NifUnitEnum};

    #[derive(NifStruct)]
    #[module = "Colour"]
    struct Colour {
        red: i64,
        green: i64,
        blue: i64,
    }

    #[derive(NifUnitEnum)]
    enum Field {
        Red,
        Green,
        Blue,
    }

    #[rustler::nif]
    fn pack(colour: Colour) -> Result<u32, Field> {
        let red = colour.red as u8;
        let green = colour.green as u8;
        let blue = colour.blue as u8;
        Ok(u32::from_be_bytes([0, red, green, blue]))
    }
    """

  @enforce_keys [:red, :green, :blue]
  defstruct [:red, :green, :blue]

  def pack(_colour), do: :erlang.nif_error(:nif_not_loaded)
end
