# Sends one square for each call, whatever the count is.
defmodule Squares do
  use Roundtrip.Rust,
    source: """
    use rustler::env::SendError;
    use rustler::types::atom::ok;
    use rustler::{Atom, Env, LocalPid, OwnedEnv, Resource, ResourceArc};
    use std::sync::mpsc::{self, Receiver, Sender};
    use std::thread;

    mod atoms {
        rustler::atoms! { square }
    }

    struct Worker {
        more_tx: Sender<u32>,
    }

    #[rustler::resource_impl]
    impl Resource for Worker {}

    fn work(pid: &LocalPid, more_rx: &Receiver<u32>) -> Result<(), SendError> {
        let mut msg_env = OwnedEnv::new();
        let mut n: u64 = 0;
        while let Ok(_count) = more_rx.recv() {
            n += 1;
            msg_env.send_and_clear(pid, |_| (atoms::square(), n * n))?;
        }
        Ok(())
    }

    #[rustler::nif]
    fn start(env: Env) -> ResourceArc<Worker> {
        let pid = env.pid();
        let (more_tx, more_rx) = mpsc::channel();
        thread::spawn(move || work(&pid, &more_rx));
        ResourceArc::new(Worker { more_tx })
    }

    #[rustler::nif]
    fn more(worker: &Worker, count: u32) -> Atom {
        // It fails only if the thread has ended.
        let _ = worker.more_tx.send(count);
        ok()
    }
    """

  def start(), do: :erlang.nif_error(:nif_not_loaded)
  def more(_worker, _count), do: :erlang.nif_error(:nif_not_loaded)
end
