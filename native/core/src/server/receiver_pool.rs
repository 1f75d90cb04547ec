//! The Elixir processes that receive requests.

use crate::sync::Lock;

/// The receivers of a server, which take turns. `P` names a process.
#[derive(Debug)]
pub struct ReceiverPool<P>(Lock<Receivers<P>>);

#[derive(Debug)]
struct Receivers<P> {
    pids: Vec<P>,
    turn: usize,
}

impl<P> Default for ReceiverPool<P> {
    fn default() -> Self {
        let (pids, turn) = (Vec::new(), 0);
        ReceiverPool(Lock::new(Receivers { pids, turn }))
    }
}

impl<P: Copy + PartialEq> ReceiverPool<P> {
    /// Adds a receiver, unless it is in the pool already. `monitor` has [`ReceiverPool::leave`]
    /// called when the receiver dies, and returns false if it is dead.
    pub fn join(&self, pid: P, monitor: impl FnOnce() -> bool) {
        let is_new = self.add(pid);
        // Monitored once, and after it has joined: otherwise it could leave before there is anything
        // to remove.
        if is_new && !monitor() {
            self.leave(&pid);
        }
    }

    fn add(&self, pid: P) -> bool {
        let pids = &mut self.0.lock().pids;
        let is_new = !pids.contains(&pid);
        if is_new {
            pids.push(pid);
        }
        is_new
    }

    /// Removes a receiver, if it is in the pool.
    pub fn leave(&self, pid: &P) {
        self.0.lock().pids.retain(|receiver| receiver != pid);
    }

    /// Returns the receiver whose turn it is, or `None` when the pool is empty.
    pub fn next(&self) -> Option<P> {
        let mut receivers = self.0.lock();
        let turn = receivers.turn.checked_rem(receivers.pids.len())?;
        receivers.turn = turn + 1;
        receivers.pids.get(turn).copied()
    }
}

#[cfg(all(test, not(roundtrip_loom)))]
mod tests {
    use super::*;

    #[test]
    fn receivers_take_turns_and_leave() {
        let pool = ReceiverPool::default();
        assert_eq!(pool.next(), None);
        for pid in [1, 2, 3, 1] {
            pool.join(pid, || true);
        }
        let turns = |n| (0..n).map(|_| pool.next()).collect::<Vec<_>>();
        assert_eq!(turns(4), [Some(1), Some(2), Some(3), Some(1)]);
        pool.leave(&2);
        assert_eq!(turns(3), [Some(3), Some(1), Some(3)]);
    }

    #[test]
    fn a_dead_receiver_does_not_join_and_a_known_one_is_not_monitored_again() {
        let pool = ReceiverPool::default();
        pool.join(1, || false);
        assert_eq!(pool.next(), None);
        pool.join(1, || true);
        pool.join(1, || panic!("monitored twice"));
        assert_eq!(pool.next(), Some(1));
    }
}

#[cfg(all(test, roundtrip_loom))]
mod interleavings {
    use super::*;
    use crate::sync::{Arc, explore, join, thread};

    #[test]
    fn join_against_down() {
        explore("server: a receiver joins, dies, and is sent to", || {
            let pool = Arc::new(ReceiverPool::default());
            // Whether it lives, and whether it is monitored.
            let process = Arc::new(Lock::new((true, false)));
            let dying = {
                let (pool, process) = (Arc::clone(&pool), Arc::clone(&process));
                thread::spawn(move || {
                    let is_monitored = {
                        let mut process = process.lock();
                        process.0 = false;
                        process.1
                    };
                    if is_monitored {
                        pool.leave(&1);
                    }
                })
            };
            let sending = {
                let pool = Arc::clone(&pool);
                thread::spawn(move || assert!(matches!(pool.next(), None | Some(1))))
            };
            pool.join(1, || {
                let mut process = process.lock();
                process.1 = process.0;
                process.0
            });
            for thread in [dying, sending] {
                join(thread);
            }
            assert_eq!(pool.next(), None);
        });
    }
}
