# wrong: the numbers have wrapped before they are checked
defmodule Colour do
  use Roundtrip.Rust,
    source: """
    use rustler::{NifStruct, NifUnitEnum};

    #[derive(NifStruct)]
    #[module = "Colour"]
    struct Colour {
        red: u8,
        green: u8,
        blue: u8,
    }

    #[derive(NifUnitEnum)]
    enum Field {
        Red,
        Green,
        Blue,
    }

    #[rustler::nif]
    fn pack(colour: Colour) -> Result<u32, Field> {
        let red = u8::try_from(i64::from(colour.red)).map_err(|_| Field::Red)?;
        let green = u8::try_from(i64::from(colour.green)).map_err(|_| Field::Green)?;
        let blue = u8::try_from(i64::from(colour.blue)).map_err(|_| Field::Blue)?;
        Ok(u32::from_be_bytes([0, red, green, blue]))
    }
    """

  @enforce_keys [:red, :green, :blue]
  defstruct [:red, :green, :blue]

  def pack(_colour), do: :erlang.nif_error(:nif_not_loaded)
end
