//! Tells the VM how long a call took.

use rustler::Env;
use rustler::schedule::consume_timeslice;

/// Counts a call that takes this long on a normal scheduler towards the timeslice of its process.
///
/// The VM would otherwise count each call as one of 4,000 steps, however long it takes, and a process
/// that calls in a loop would hold its scheduler for as many calls.
pub fn consume_microseconds(env: Env, microseconds: u128) {
    // A timeslice is about a millisecond, and is counted in percent.
    let percent = i32::try_from(microseconds / 10).unwrap_or(100).min(100);
    if percent > 0 {
        consume_timeslice(env, percent);
    }
}
