# Sends from an OwnedEnv on the scheduler, where it is refused.
defmodule Herald do
  use Roundtrip.Rust,
    source: """
    use rustler::types::atom::ok;
    use rustler::{Atom, Env, OwnedEnv};

    mod atoms {
        rustler::atoms! { hi }
    }

    #[rustler::nif]
    fn greet(env: Env) -> Atom {
        let pid = env.pid();
        let _ = OwnedEnv::new().run(|owned| owned.send(&pid, atoms::hi()));
        ok()
    }
    """

  def greet(), do: :erlang.nif_error(:nif_not_loaded)
end
