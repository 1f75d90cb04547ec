# Sends to the process that answers.
defmodule Later do
  use Roundtrip.Rust,
    source: """
    use parking_lot::Mutex;
    use rustler::env::SavedTerm;
    use rustler::types::atom::ok;
    use rustler::{Atom, Env, LocalPid, OwnedEnv, Resource, ResourceArc, Term};

    mod atoms {
        rustler::atoms! { answered, ask }
    }

    struct Kept {
        owned: OwnedEnv,
        saved: SavedTerm,
    }

    impl Kept {
        fn new(term: Term) -> Self {
            let owned = OwnedEnv::new();
            let saved = owned.save(term);
            Kept { owned, saved }
        }

        fn copy_to<'a>(&self, env: Env<'a>) -> Term<'a> {
            self.owned.run(|inner| self.saved.load(inner).in_env(env))
        }
    }

    struct Call {
        _asker: LocalPid,
        from: Mutex<Kept>,
    }

    #[rustler::resource_impl]
    impl Resource for Call {}

    #[rustler::nif]
    fn ask(env: Env, callee: LocalPid, question: i64, from: Term) -> Atom {
        let call = ResourceArc::new(Call {
            _asker: env.pid(),
            from: Mutex::new(Kept::new(from)),
        });
        let _ = env.send(&callee, (atoms::ask(), call, question));
        ok()
    }

    #[rustler::nif]
    fn answer(env: Env, call: &Call, number: i64) -> Atom {
        let from = call.from.lock().copy_to(env);
        // An asker that is dead needs no message.
        let _ = env.send(&env.pid(), (atoms::answered(), from, number));
        ok()
    }
    """

  def ask(_callee, _question, _from), do: :erlang.nif_error(:nif_not_loaded)
  def answer(_call, _number), do: :erlang.nif_error(:nif_not_loaded)
end
