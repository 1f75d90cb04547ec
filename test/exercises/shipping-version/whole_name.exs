# returns the whole name where a part is missing
defmodule NameParts do
  use Roundtrip.Rust,
    source: """
    #[rustler::nif]
    fn version(name: &str) -> &str {
        let (_crate_name, rest) = name.split_once("-v").unwrap_or(("", name));
        let (version, _target) = rest.split_once("-nif-").unwrap_or((rest, ""));
        version
    }
    """

  def version(_name), do: :erlang.nif_error(:nif_not_loaded)
end
