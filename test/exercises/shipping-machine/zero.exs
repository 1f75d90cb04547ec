# takes a byte that is missing for 0
defmodule ElfFile do
  use Roundtrip.Rust,
    source: """
    use rustler::Binary;

    #[rustler::nif]
    fn machine(file: Binary) -> Option<u16> {
        let bytes = file.as_slice();
        if !bytes.starts_with(&[0x7F, b'E', b'L', b'F']) {
            return None;
        }
        Some(u16::from_le_bytes([*bytes.get(18).unwrap_or(&0), *bytes.get(19).unwrap_or(&0)]))
    }
    """

  def machine(_file), do: :erlang.nif_error(:nif_not_loaded)
end
