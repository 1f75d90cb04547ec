# takes every linux for one with glibc
defmodule Platform do
  use Roundtrip.Rust,
    source: """
    fn platform(system: &str, musl: bool) -> Option<&'static str> {
        match (system, musl) {
            ("linux", _) => Some("unknown-linux-gnu"),
            ("macos", _) => Some("apple-darwin"),
            ("windows", _) => Some("pc-windows-msvc"),
            _ => None,
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
