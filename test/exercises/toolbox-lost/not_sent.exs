# asks whether the process is alive, and sends nothing
defmodule Ping do
  use Roundtrip.Rust,
    source: """
    use rustler::{Atom, Env, LocalPid, types::atom::ok};

    mod atoms {
        rustler::atoms! { no_process }
    }

    #[rustler::nif]
    fn ping(env: Env, pid: LocalPid) -> Result<Atom, Atom> {
        if pid.is_alive(env) { Ok(ok()) } else { Err(atoms::no_process()) }
    }
    """

  def ping(_pid), do: :erlang.nif_error(:nif_not_loaded)
end
