//! Tells the VM how long a call took.

use rustler::Env;
use rustler::schedule::consume_timeslice;

/// Counts a call that takes this long on a normal scheduler, a millisecond at most, towards the
/// timeslice of its process. The VM would otherwise count each call as one of 4,000 steps, however
/// long it takes, and a process that calls in a loop would hold its scheduler for many milliseconds.
pub fn consume_microseconds(env: Env, microseconds: u128) {
    // A timeslice is about a millisecond, and the VM takes at least one percent of it.
    let percent = i32::try_from(microseconds / 10).unwrap_or(100);
    consume_timeslice(env, percent.clamp(1, 100));
}
