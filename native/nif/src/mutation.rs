//! NIFs of the lesson `mutation`.

use crate::error::refuse;
use crate::live::Live;
use crate::resources::Histogram;
use parking_lot::Mutex;
use roundtrip_core::error::within;
use roundtrip_core::first_call::LONGEST_BLOCK;
use roundtrip_core::mutation as core;
use rustler::types::atom::ok;
use rustler::{
    Atom, Encoder, Env, Error, LocalPid, NifMap, NifResult, NifUnitEnum, Resource, ResourceArc,
};
use std::panic::RefUnwindSafe;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

mod atoms {
    rustler::atoms! { busy, held, no_process, poisoned, released, timed_out }
}

#[derive(NifUnitEnum, Clone, Copy)]
enum Kind {
    StdMutex,
    StdRwLock,
    Mutex,
    RwLock,
    Atomic,
}

impl Kind {
    fn zero(self) -> core::Counter {
        match self {
            Kind::StdMutex => core::Counter::StdMutex(Default::default()),
            Kind::StdRwLock => core::Counter::StdRwLock(Default::default()),
            Kind::Mutex => core::Counter::Mutex(Default::default()),
            Kind::RwLock => core::Counter::RwLock(Default::default()),
            Kind::Atomic => core::Counter::Atomic(Default::default()),
        }
    }
}

/// A count that many processes may change.
pub struct Counter {
    count: core::Counter,
    _live: Live,
}

// The count is one number and is written in one step: a panic leaves the old one or the new one.
impl RefUnwindSafe for Counter {}

#[rustler::resource_impl]
impl Resource for Counter {}

#[rustler::nif]
fn counter_new(kind: Kind) -> ResourceArc<Counter> {
    let count = kind.zero();
    let _live = Live::new();
    ResourceArc::new(Counter { count, _live })
}

#[rustler::nif]
fn counter_add(counter: ResourceArc<Counter>, by: i64) -> i64 {
    counter.count.add(by)
}

#[rustler::nif]
fn counter_get(counter: ResourceArc<Counter>) -> i64 {
    counter.count.get()
}

#[rustler::nif]
fn counter_put(counter: ResourceArc<Counter>, value: i64) -> Atom {
    counter.count.put(value);
    ok()
}

#[derive(NifMap)]
struct Retake {
    read: bool,
    write: bool,
}

#[rustler::nif]
fn counter_retake(counter: ResourceArc<Counter>) -> Retake {
    let core::Retake { read, write } = counter.count.retake();
    Retake { read, write }
}

#[derive(NifMap)]
struct Balances {
    current: i64,
    savings: i64,
}

impl From<core::Balances> for Balances {
    fn from(core::Balances { current, savings }: core::Balances) -> Self {
        Balances { current, savings }
    }
}

/// Where the lesson asks a call to panic.
#[derive(NifUnitEnum, Clone, Copy)]
enum Fault {
    None,
    Halfway,
}

impl Fault {
    fn strike(self) {
        if let Fault::Halfway = self {
            panic!("halfway, as asked");
        }
    }
}

/// An account behind a lock that notices a panic.
pub struct StdAccount {
    balances: std::sync::Mutex<core::Balances>,
    total: i64,
    _live: Live,
}

#[rustler::resource_impl]
impl Resource for StdAccount {}

#[rustler::nif]
fn std_account_new(total: i64) -> NifResult<ResourceArc<StdAccount>> {
    let balances = core::Balances::new(total).map_err(refuse)?.into();
    let _live = Live::new();
    Ok(ResourceArc::new(StdAccount {
        balances,
        total,
        _live,
    }))
}

#[allow(clippy::unwrap_used)] // The lesson shows what becomes of this unwrap.
#[rustler::nif]
fn std_account_save(
    account: ResourceArc<StdAccount>,
    amount: i64,
    fault: Fault,
) -> NifResult<Atom> {
    let mut balances = account.balances.lock().unwrap();
    balances.save(amount, || fault.strike()).map_err(refuse)?;
    Ok(ok())
}

#[rustler::nif]
fn std_account_balances(account: ResourceArc<StdAccount>) -> Result<Balances, Atom> {
    match account.balances.lock() {
        Ok(balances) => Ok(Balances::from(*balances)),
        Err(_) => Err(atoms::poisoned()),
    }
}

#[rustler::nif]
fn std_account_repair(account: ResourceArc<StdAccount>) -> Atom {
    let poisoned = account.balances.lock();
    let mut balances = poisoned.unwrap_or_else(PoisonError::into_inner);
    balances.repair(account.total);
    account.balances.clear_poison();
    ok()
}

/// An account behind a lock that does not notice a panic.
pub struct Account {
    balances: Mutex<core::Balances>,
    _live: Live,
}

// True of `account_save_once`, which assigns both balances in one step. `account_save` breaks the
// promise, for the lesson to show what is then read.
impl RefUnwindSafe for Account {}

#[rustler::resource_impl]
impl Resource for Account {}

#[rustler::nif]
fn account_new(total: i64) -> NifResult<ResourceArc<Account>> {
    let balances = Mutex::new(core::Balances::new(total).map_err(refuse)?);
    let _live = Live::new();
    Ok(ResourceArc::new(Account { balances, _live }))
}

#[rustler::nif]
fn account_save(account: ResourceArc<Account>, amount: i64, fault: Fault) -> NifResult<Atom> {
    let mut balances = account.balances.lock();
    balances.save(amount, || fault.strike()).map_err(refuse)?;
    Ok(ok())
}

#[rustler::nif]
fn account_save_once(account: ResourceArc<Account>, amount: i64, fault: Fault) -> NifResult<Atom> {
    let mut balances = account.balances.lock();
    let saved = balances.saved(amount).map_err(refuse)?;
    fault.strike();
    *balances = saved;
    Ok(ok())
}

#[rustler::nif]
fn account_balances(account: ResourceArc<Account>) -> Balances {
    Balances::from(*account.balances.lock())
}

/// Holds the histogram's lock until the signal is not 0, or for the milliseconds given, and says
/// which it was. The owner hears of it with the lock held, since that is what it waits for.
#[rustler::nif(schedule = "DirtyIo")]
fn histogram_hold(
    env: Env<'_>,
    histogram: ResourceArc<Histogram>,
    milliseconds: i64,
    signal: ResourceArc<Counter>,
    owner: LocalPid,
) -> NifResult<Atom> {
    let limit = within("milliseconds", milliseconds, 0, LONGEST_BLOCK).map_err(refuse)?;
    let _held = histogram.latencies.lock();
    // An owner that is gone needs no telling.
    let _ = env.send(&owner, atoms::held());
    let limit = Duration::from_millis(limit.unsigned_abs());
    if signal.count.wait(limit) {
        Ok(atoms::released())
    } else {
        Ok(atoms::timed_out())
    }
}

#[rustler::nif]
fn histogram_try_record(histogram: ResourceArc<Histogram>, microseconds: i64) -> NifResult<Atom> {
    let Some(mut latencies) = histogram.latencies.try_lock() else {
        return Err(Error::Term(Box::new(atoms::busy())));
    };
    latencies.record(microseconds).map_err(refuse)?;
    Ok(ok())
}

#[rustler::nif(schedule = "DirtyIo")]
fn histogram_record_dirty(histogram: ResourceArc<Histogram>, microseconds: i64) -> NifResult<Atom> {
    histogram
        .latencies
        .lock()
        .record(microseconds)
        .map_err(refuse)?;
    Ok(ok())
}

/// Sends `{value, count}` of each value recorded, and gives the microseconds for which the lock
/// was held: all of it here, for the lesson to compare.
#[rustler::nif(schedule = "DirtyCpu")]
fn histogram_send_locked(
    env: Env<'_>,
    histogram: ResourceArc<Histogram>,
    receiver: LocalPid,
) -> Result<f64, Atom> {
    let latencies = histogram.latencies.lock();
    let start = Instant::now();
    let sent = env.send(&receiver, latencies.recorded().encode(env));
    drop(latencies);
    let held = start.elapsed();
    sent.map_err(|_| atoms::no_process())?;
    Ok(held.as_secs_f64() * 1e6)
}

/// The same message, from a copy that is made under the lock and sent without it.
#[rustler::nif(schedule = "DirtyCpu")]
fn histogram_send(
    env: Env<'_>,
    histogram: ResourceArc<Histogram>,
    receiver: LocalPid,
) -> Result<f64, Atom> {
    let latencies = histogram.latencies.lock();
    let start = Instant::now();
    let copy = latencies.clone();
    drop(latencies);
    let held = start.elapsed();
    let sent = env.send(&receiver, copy.recorded().encode(env));
    sent.map_err(|_| atoms::no_process())?;
    Ok(held.as_secs_f64() * 1e6)
}
