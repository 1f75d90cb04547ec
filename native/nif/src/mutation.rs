//! NIFs of the lesson `mutation`.

use crate::Error;
use roundtrip_core::bounded::Milliseconds;
use roundtrip_core::mutation::{self, Balances, Kind, Total};
use roundtrip_support::{Histogram, LiveGuard, Lock};
use rustler::types::atom::ok;
use rustler::{Atom, Encoder, Env, LocalPid, NifResult, NifUnitEnum, Resource, ResourceArc};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

mod atoms {
    rustler::atoms! { held, released, timed_out }
}

/// A count that many processes may change.
struct Counter {
    count: mutation::Counter,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Counter {}

#[rustler::nif]
fn counter_new(kind: Kind) -> ResourceArc<Counter> {
    ResourceArc::new(Counter {
        count: mutation::Counter::new(kind),
        _guard: LiveGuard::new(),
    })
}

#[rustler::nif]
fn counter_add(counter: &Counter, by: i64) -> i64 {
    counter.count.add(by)
}

#[rustler::nif]
fn counter_get(counter: &Counter) -> i64 {
    counter.count.get()
}

#[rustler::nif]
fn counter_put(counter: &Counter, value: i64) -> Atom {
    counter.count.put(value);
    ok()
}

/// Runs on one of the ten dirty I/O schedulers, so that calls overlap on a single core, too.
#[rustler::nif(schedule = "DirtyIo")]
fn counter_add_racy(counter: &Counter, by: i64) -> i64 {
    counter.count.add_racy(by)
}

#[rustler::nif(schedule = "DirtyIo")]
fn rw_lock_second_read(writer_waits: bool) -> Result<bool, Error> {
    mutation::second_read(writer_waits).map_err(|_| Error::NoThread)
}

#[rustler::nif(schedule = "DirtyIo")]
fn locks_in_opposite_order() -> Result<(bool, bool), Error> {
    mutation::opposite_order().map_err(|_| Error::NoThread)
}

/// A till that many processes may use.
struct Till {
    till: mutation::Till,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Till {}

#[rustler::nif]
fn till_new(cents: Total) -> ResourceArc<Till> {
    ResourceArc::new(Till {
        till: mutation::Till::new(cents),
        _guard: LiveGuard::new(),
    })
}

#[rustler::nif]
fn till_cents(till: &Till) -> u64 {
    till.till.cents()
}

#[rustler::nif]
fn till_transfer(from: &Till, to: &Till, cents: i64) -> NifResult<Atom> {
    from.till.transfer(&to.till, cents)?;
    Ok(ok())
}

/// Whether a call shall panic, and where.
#[derive(NifUnitEnum, Clone, Copy)]
enum Fault {
    None,
    Halfway,
}

impl Fault {
    fn trigger(self) {
        if let Fault::Halfway = self {
            panic!("halfway, as asked");
        }
    }
}

/// An account behind std's lock, which is poisoned by a panic.
struct StdAccount {
    balances: std::sync::Mutex<Balances>,
    total: Total,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for StdAccount {}

#[rustler::nif]
fn std_account_new(total: Total) -> ResourceArc<StdAccount> {
    ResourceArc::new(StdAccount {
        balances: std::sync::Mutex::new(Balances::new(total)),
        total,
        _guard: LiveGuard::new(),
    })
}

#[expect(clippy::unwrap_used, reason = "the lesson shows how it panics")]
#[rustler::nif]
fn std_account_save(account: &StdAccount, amount: i64, fault: Fault) -> NifResult<Atom> {
    let mut balances = account.balances.lock().unwrap();
    balances.save(amount, || fault.trigger())?;
    Ok(ok())
}

#[rustler::nif]
fn std_account_balances(account: &StdAccount) -> Result<Balances, Error> {
    match account.balances.lock() {
        Ok(balances) => Ok(*balances),
        Err(_) => Err(Error::Poisoned),
    }
}

#[rustler::nif]
fn std_account_repair(account: &StdAccount) -> Atom {
    let poisoned = account.balances.lock();
    let mut balances = poisoned.unwrap_or_else(PoisonError::into_inner);
    balances.repair(account.total);
    account.balances.clear_poison();
    ok()
}

/// An account behind parking_lot's lock, which only unlocks after a panic.
///
/// `account_save_once` keeps the promise of [`Lock`], because it assigns both balances in one step.
/// `account_save` breaks it, for the lesson to show what is then read.
struct Account {
    balances: Lock<Balances>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Account {}

#[rustler::nif]
fn account_new(total: Total) -> ResourceArc<Account> {
    ResourceArc::new(Account {
        balances: Lock::new(Balances::new(total)),
        _guard: LiveGuard::new(),
    })
}

#[rustler::nif]
fn account_save(account: &Account, amount: i64, fault: Fault) -> NifResult<Atom> {
    let mut balances = account.balances.lock();
    balances.save(amount, || fault.trigger())?;
    Ok(ok())
}

#[rustler::nif]
fn account_save_once(account: &Account, amount: i64, fault: Fault) -> NifResult<Atom> {
    let mut balances = account.balances.lock();
    let saved = balances.after_saving(amount)?;
    fault.trigger();
    *balances = saved;
    Ok(ok())
}

#[rustler::nif]
fn account_balances(account: &Account) -> Balances {
    *account.balances.lock()
}

/// Holds the histogram's lock until the signal is not 0, or for the milliseconds given, and returns
/// which it was. The owner is told while the lock is held, since that is what it waits for.
#[rustler::nif(schedule = "DirtyIo")]
fn histogram_hold(
    env: Env<'_>,
    histogram: &Histogram,
    milliseconds: Milliseconds,
    signal: &Counter,
    owner: LocalPid,
) -> Atom {
    let _guard = histogram.latencies.lock();
    // A dead owner needs no message.
    let _ = env.send(&owner, atoms::held());
    let limit = Duration::from_millis(milliseconds.get());
    if signal.count.wait_until_nonzero(limit) {
        atoms::released()
    } else {
        atoms::timed_out()
    }
}

#[rustler::nif]
fn histogram_try_record(histogram: &Histogram, microseconds: i64) -> NifResult<Atom> {
    let mut latencies = histogram.latencies.try_lock().ok_or(Error::Busy)?;
    latencies.record(microseconds)?;
    Ok(ok())
}

#[rustler::nif(schedule = "DirtyIo")]
fn histogram_record_dirty(histogram: &Histogram, microseconds: i64) -> NifResult<Atom> {
    histogram.latencies.lock().record(microseconds)?;
    Ok(ok())
}

/// Sends `{value, count}` of each value recorded, and returns the microseconds for which the lock
/// was held: from beginning to end, for the lesson to compare.
#[rustler::nif(schedule = "DirtyCpu")]
fn histogram_send_locked(
    env: Env<'_>,
    histogram: &Histogram,
    receiver: LocalPid,
) -> Result<f64, Error> {
    let latencies = histogram.latencies.lock();
    let start = Instant::now();
    let sent = env.send(&receiver, latencies.recorded().encode(env));
    drop(latencies);
    let held = start.elapsed();
    sent.map_err(|_| Error::NoProcess)?;
    Ok(held.as_secs_f64() * 1e6)
}

/// Sends the same message, from a copy that is made under the lock and sent without it.
#[rustler::nif(schedule = "DirtyCpu")]
fn histogram_send(env: Env<'_>, histogram: &Histogram, receiver: LocalPid) -> Result<f64, Error> {
    let latencies = histogram.latencies.lock();
    let start = Instant::now();
    let copy = latencies.clone();
    drop(latencies);
    let held = start.elapsed();
    let sent = env.send(&receiver, copy.recorded().encode(env));
    sent.map_err(|_| Error::NoProcess)?;
    Ok(held.as_secs_f64() * 1e6)
}
