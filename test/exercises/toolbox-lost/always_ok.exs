# looks at the result, and returns :ok for both
defmodule Ping do
  use Roundtrip.Rust,
    source: """
    use rustler::{Atom, Env, LocalPid, types::atom::ok};

    mod atoms {
        rustler::atoms! { ping, no_process }
    }

    #[rustler::nif]
    fn ping(env: Env, pid: LocalPid) -> Result<Atom, Atom> {
        env.send(&pid, atoms::ping()).map_or(Ok(ok()), |_| Ok(ok()))
    }
    """

  def ping(_pid), do: :erlang.nif_error(:nif_not_loaded)
end
