# wrong (E0308): the last line is still the text, and not an Option
defmodule NameParts do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn version(name: &str) -> Option<&str> {
        let (_crate_name, rest) = name.split_once("-v")?;
        let (version, _target) = rest.split_once("-nif-")?;
        version
    }
    """

  def version(_name), do: :erlang.nif_error(:nif_not_loaded)
end
