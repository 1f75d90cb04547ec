//! NIFs of the lesson `first_call`.

use roundtrip_core::bounded::Milliseconds;
use roundtrip_core::first_call;
use rustler::types::ListIterator;
use rustler::types::atom::ok;
use rustler::{Atom, Binary, Env, Error, NewBinary, NifException, NifResult, NifUnitEnum, Term};
use std::hint::black_box;

mod atoms {
    rustler::atoms! { no_values, overflow, refused }
}

#[rustler::nif]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

#[rustler::nif]
fn add_checked(a: i64, b: i64) -> Result<i64, Atom> {
    a.checked_add(b).ok_or(atoms::overflow())
}

#[rustler::nif(schedule = "DirtyCpu")]
fn add_dirty(a: i64, b: i64) -> i64 {
    a + b
}

#[rustler::nif]
fn mean(total: i64, count: i64) -> i64 {
    total / count
}

#[rustler::nif]
fn mean_option(total: i64, count: i64) -> Option<i64> {
    first_call::mean(total, count)
}

#[rustler::nif]
fn mean_or(total: i64, count: i64, default: Option<i64>) -> Option<i64> {
    first_call::mean(total, count).or(default)
}

#[rustler::nif]
fn mean_result(total: i64, count: i64) -> Result<i64, Atom> {
    first_call::mean(total, count).ok_or(atoms::no_values())
}

#[rustler::nif]
fn mean_badarg(total: i64, count: i64) -> NifResult<i64> {
    first_call::mean(total, count).ok_or(Error::BadArg)
}

#[rustler::nif]
fn mean_atom(total: i64, count: i64) -> NifResult<i64> {
    first_call::mean(total, count).ok_or(Error::Atom("no_values"))
}

#[rustler::nif]
fn mean_term(total: i64, count: i64) -> NifResult<i64> {
    first_call::mean(total, count).ok_or_else(|| Error::Term(Box::new(("no_values", total))))
}

#[rustler::nif]
fn mean_raise_atom(total: i64, count: i64) -> NifResult<i64> {
    first_call::mean(total, count).ok_or(Error::RaiseAtom("no_values"))
}

#[rustler::nif]
fn mean_raise_term(total: i64, count: i64) -> NifResult<i64> {
    first_call::mean(total, count).ok_or_else(|| Error::RaiseTerm(Box::new(("no_values", total))))
}

#[derive(Debug, thiserror::Error)]
enum CountError {
    #[error("count must not be 0")]
    Zero,
    #[error("count must not be negative, and is {0}")]
    Negative(i64),
}

#[derive(NifException)]
#[module = "ArgumentError"]
#[rustler(encode)]
struct ArgumentError {
    message: String,
}

impl From<CountError> for Error {
    fn from(error: CountError) -> Self {
        let message = error.to_string();
        Error::RaiseTerm(Box::new(ArgumentError { message }))
    }
}

fn check_count(count: i64) -> Result<i64, CountError> {
    match count {
        0 => Err(CountError::Zero),
        count if count < 0 => Err(CountError::Negative(count)),
        count => Ok(count),
    }
}

#[rustler::nif]
fn mean_checked(total: i64, count: i64) -> NifResult<i64> {
    let count = check_count(count)?;
    Ok(total / count)
}

#[rustler::nif]
fn ratio(a: f64, b: f64) -> f64 {
    a / b
}

#[rustler::nif]
fn ratio_option(a: f64, b: f64) -> Option<f64> {
    Some(a / b).filter(|ratio| ratio.is_finite())
}

#[rustler::nif]
fn bytes_as_list(number: i64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

#[rustler::nif]
fn bytes_as_binary(env: Env<'_>, number: i64) -> Binary<'_> {
    NewBinary::from_slice(env, &number.to_be_bytes()).into()
}

#[derive(NifUnitEnum)]
#[rustler(decode)]
enum Crash {
    Panic,
    Abort,
    Exit,
    StackOverflow,
}

#[rustler::nif]
fn crash(how: Crash) -> Result<u64, Atom> {
    // The environment that the VM was started with: System.put_env/2 doesn't change it.
    if std::env::var_os("ROUNDTRIP_CRASH").is_none() {
        return Err(atoms::refused());
    }
    match how {
        Crash::Panic => panic!("only the call ends"),
        Crash::Abort => std::process::abort(),
        Crash::Exit => std::process::exit(7),
        Crash::StackOverflow => Ok(count_up(10_000_000)),
    }
}

// Without `black_box`, which returns its argument, the optimizer would make a loop of it.
fn count_up(n: u64) -> u64 {
    if n == 0 {
        0
    } else {
        1 + black_box(count_up(n - 1))
    }
}

#[rustler::nif]
fn fingerprint(text: &str) -> u64 {
    first_call::fingerprint(text)
}

#[rustler::nif]
fn sum(numbers: ListIterator) -> NifResult<Option<i64>> {
    first_call::sum(numbers.map(|number| number.decode()))
}

#[rustler::nif]
fn sum_proper(numbers: Term) -> NifResult<Option<i64>> {
    numbers.list_length()?;
    let numbers: ListIterator = numbers.decode()?;
    first_call::sum(numbers.map(|number| number.decode()))
}

#[rustler::nif]
fn block(milliseconds: Milliseconds) -> Atom {
    first_call::block(milliseconds);
    ok()
}

#[rustler::nif(schedule = "DirtyIo")]
fn block_dirty(milliseconds: Milliseconds) -> Atom {
    first_call::block(milliseconds);
    ok()
}
