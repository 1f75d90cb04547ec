# wrong: the lock of std, whose poison locks everybody out after the first panic
defmodule Ballot do
  use Roundtrip.Rust,
    source: """
    use rustler::{NifMap, Resource, ResourceArc};
    use std::panic::RefUnwindSafe;
    use std::sync::Mutex;

    #[derive(NifMap, Clone)]
    struct Votes {
        total: i64,
        by_choice: Vec<i64>,
    }

    pub struct Ballot {
        votes: Mutex<Votes>,
    }

    // A panic leaves the old votes or the new votes.
    impl RefUnwindSafe for Ballot {}

    #[rustler::resource_impl]
    impl Resource for Ballot {}

    #[rustler::nif]
    fn new() -> ResourceArc<Ballot> {
        let votes = Mutex::new(Votes { total: 0, by_choice: vec![0; 3] });
        ResourceArc::new(Ballot { votes })
    }

    #[rustler::nif]
    fn vote(ballot: &Ballot, choice: usize, count: i64) -> i64 {
        let mut votes = ballot.votes.lock().unwrap();
        votes.by_choice[choice] += count;
        votes.total = votes.total.checked_add(count).unwrap();
        votes.total
    }

    #[rustler::nif]
    fn result(ballot: &Ballot) -> Votes {
        ballot.votes.lock().unwrap_or_else(|error| error.into_inner()).clone()
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def vote(_ballot, _choice, _count), do: :erlang.nif_error(:nif_not_loaded)
  def result(_ballot), do: :erlang.nif_error(:nif_not_loaded)
end
