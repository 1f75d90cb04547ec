//! The Elixir processes that receive requests.

use roundtrip_support::Lock;
use rustler::LocalPid;

/// The receivers of a server, which take turns.
#[derive(Default)]
pub(crate) struct ReceiverPool(Lock<Receivers>);

#[derive(Default)]
struct Receivers {
    pids: Vec<LocalPid>,
    turn: usize,
}

impl ReceiverPool {
    /// Adds a receiver, unless it is in the pool already, and returns whether it was added.
    pub(crate) fn join(&self, pid: LocalPid) -> bool {
        let pids = &mut self.0.lock().pids;
        let is_new = !pids.contains(&pid);
        if is_new {
            pids.push(pid);
        }
        is_new
    }

    /// Removes a receiver, if it is in the pool.
    pub(crate) fn leave(&self, pid: &LocalPid) {
        self.0.lock().pids.retain(|receiver| receiver != pid);
    }

    /// Returns the receiver whose turn it is, or `None` when the pool is empty.
    pub(crate) fn next(&self) -> Option<LocalPid> {
        let mut receivers = self.0.lock();
        let turn = receivers.turn.checked_rem(receivers.pids.len())?;
        receivers.turn = turn + 1;
        receivers.pids.get(turn).copied()
    }
}
