# has a name for systems that it does not know
defmodule Platform do
  use Roundtrip.Rust,
    source: """
    fn platform(system: &str, musl: bool) -> Option<&'static str> {
        match (system, musl) {
            ("linux", false) => Some("unknown-linux-gnu"),
            ("linux", true) => Some("unknown-linux-musl"),
            ("macos", _) => Some("apple-darwin"),
            ("windows", _) => Some("pc-windows-msvc"),
            _ => Some("unknown"),
        }
    }

    #[rustler::nif]
    fn named(system: &str, musl: bool) -> Option<&'static str> {
        platform(system, musl)
    }

    #[rustler::nif]
    fn here() -> Option<&'static str> {
        platform(std::env::consts::OS, cfg!(target_env = "musl"))
    }
    """

  def named(_system, _musl), do: :erlang.nif_error(:nif_not_loaded)
  def here, do: :erlang.nif_error(:nif_not_loaded)
end
