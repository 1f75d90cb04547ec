# Sends the asker's pid in place of its from.
defmodule Later do
  use Roundtrip.Rust,
    source: """
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
        asker: LocalPid,
    }

    #[rustler::resource_impl]
    impl Resource for Call {}

    #[rustler::nif]
    fn ask(env: Env, callee: LocalPid, question: i64, from: Term) -> Atom {
        let _ = Kept::new(from).copy_to(env);
        let call = ResourceArc::new(Call {
            asker: env.pid(),
        });
        let _ = env.send(&callee, (atoms::ask(), call, question));
        ok()
    }

    #[rustler::nif]
    fn answer(env: Env, call: &Call, number: i64) -> Atom {
        let _ = env.send(&call.asker, (atoms::answered(), call.asker, number));
        ok()
    }
    """

  def ask(_callee, _question, _from), do: :erlang.nif_error(:nif_not_loaded)
  def answer(_call, _number), do: :erlang.nif_error(:nif_not_loaded)
end
