//! The processes that take requests, in turn.

use parking_lot::RwLock;
use rustler::LocalPid;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Receivers, asked round robin.
#[derive(Default)]
pub struct Pool {
    receivers: RwLock<Vec<LocalPid>>,
    turn: AtomicUsize,
}

impl Pool {
    /// Adds a receiver, once.
    pub fn join(&self, pid: LocalPid) {
        let mut receivers = self.receivers.write();
        if !receivers.contains(&pid) {
            receivers.push(pid);
        }
    }

    /// Removes a receiver, if it is in the pool.
    pub fn leave(&self, pid: &LocalPid) {
        self.receivers.write().retain(|receiver| receiver != pid);
    }

    /// Whose turn it is.
    pub fn next(&self) -> Option<LocalPid> {
        let receivers = self.receivers.read();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        receivers.get(turn.checked_rem(receivers.len())?).copied()
    }
}
