# It sends the atom without the pid.
defmodule Ping do
  use Roundtrip.Rust,
    source: """
    use rustler::{Atom, LocalPid, OwnedEnv};

    mod atoms {
        rustler::atoms! { ok, hi }
    }

    #[rustler::nif]
    fn ping(pid: LocalPid) -> Atom {
        std::thread::spawn(move || {
            let mut msg_env = OwnedEnv::new();
            let _ = msg_env.send_and_clear(&pid, |_env| atoms::hi());
        });
        atoms::ok()
    }
    """

  def ping(_pid), do: :erlang.nif_error(:nif_not_loaded)
end
