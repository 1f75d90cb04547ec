# wrong: the other order, so an unknown choice leaves a wrong total
defmodule Ballot do
  use Roundtrip.Rust,
    source: """
    use parking_lot::Mutex;
    use rustler::{NifMap, Resource, ResourceArc};
    use std::panic::RefUnwindSafe;

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
        let mut votes = ballot.votes.lock();
        votes.total = votes.total.checked_add(count).unwrap();
        votes.by_choice[choice] += count;
        votes.total
    }

    #[rustler::nif]
    fn result(ballot: &Ballot) -> Votes {
        ballot.votes.lock().clone()
    }
    """

  def new, do: :erlang.nif_error(:nif_not_loaded)
  def vote(_ballot, _choice, _count), do: :erlang.nif_error(:nif_not_loaded)
  def result(_ballot), do: :erlang.nif_error(:nif_not_loaded)
end
