# checks the length, and is wrong by one
defmodule ElfFile do
  use Roundtrip.Rust,
    source: """
    use rustler::Binary;

    #[rustler::nif]
    fn machine(file: Binary) -> Option<u16> {
        let bytes = file.as_slice();
        if bytes.len() < 19 || !bytes.starts_with(&[0x7F, b'E', b'L', b'F']) {
            return None;
        }
        Some(u16::from_le_bytes([bytes[18], bytes[19]]))
    }
    """

  def machine(_file), do: :erlang.nif_error(:nif_not_loaded)
end
