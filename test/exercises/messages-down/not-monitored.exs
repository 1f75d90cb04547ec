# Writes down, but monitors nobody.
defmodule Club do
  use Roundtrip.Rust,
    source: """
    use rustler::types::atom::ok;
    use rustler::{Atom, Env, LocalPid, Monitor, Resource, ResourceArc};

    mod atoms {
        rustler::atoms! { left }
    }

    struct Room {
        owner: LocalPid,
    }

    #[rustler::resource_impl]
    impl Resource for Room {
        fn down<'a>(&'a self, env: Env<'a>, pid: LocalPid, _monitor: Monitor) {
            let _ = env.send(&self.owner, (atoms::left(), pid));
        }
    }

    #[rustler::nif]
    fn open(env: Env) -> ResourceArc<Room> {
        ResourceArc::new(Room { owner: env.pid() })
    }

    #[rustler::nif]
    fn enter(env: Env, room: ResourceArc<Room>) -> Atom {
        let _ = (env, room);
        ok()
    }
    """

  def open(), do: :erlang.nif_error(:nif_not_loaded)
  def enter(_room), do: :erlang.nif_error(:nif_not_loaded)
end
