//! NIFs of the lesson `terms`. Those that accept input of any size run on dirty schedulers.

use crate::error::Error as Reason;
use roundtrip_core::{first_call, terms};
use rustler::types::{ListIterator, MapIterator, atom};
use rustler::{Atom, Binary, Encoder, Env, Error, NewBinary, NifResult, Term};
use std::collections::HashMap;
use std::thread;

mod atoms {
    rustler::atoms! { mode, retries }
}

#[rustler::nif]
fn term_type(term: Term) -> String {
    format!("{:?}", term.get_type())
}

#[rustler::nif(schedule = "DirtyCpu")]
fn echo_term(term: Term<'_>) -> Term<'_> {
    term
}

#[rustler::nif(schedule = "DirtyCpu")]
fn echo_integers(numbers: Vec<i64>) -> Vec<i64> {
    numbers
}

#[rustler::nif(schedule = "DirtyCpu")]
fn find_index_vec(numbers: Vec<i64>, wanted: i64) -> Option<usize> {
    numbers.into_iter().position(|number| number == wanted)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn find_index(numbers: ListIterator, wanted: i64) -> NifResult<Option<usize>> {
    for (index, number) in numbers.enumerate() {
        let number: i64 = number.decode()?;
        if number == wanted {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn find_index_proper(numbers: Term, wanted: i64) -> NifResult<Option<usize>> {
    let mut rest = numbers;
    let mut index = 0;
    while !rest.is_empty_list() {
        let (head, tail) = rest.list_get_cell()?;
        let number: i64 = head.decode()?;
        if number == wanted {
            return Ok(Some(index));
        }
        index += 1;
        rest = tail;
    }
    Ok(None)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn word_counts(text: &str) -> HashMap<&str, usize> {
    terms::count_words(text)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn stock_total_hash_map(stock: HashMap<String, i64>) -> NifResult<Option<i64>> {
    first_call::sum(stock.into_values().map(Ok))
}

#[rustler::nif(schedule = "DirtyCpu")]
fn stock_total(stock: MapIterator) -> NifResult<Option<i64>> {
    first_call::sum(stock.map(|(_name, count)| count.decode()))
}

#[rustler::nif(schedule = "DirtyCpu")]
fn map_keys(map: MapIterator<'_>) -> Vec<Term<'_>> {
    map.map(|(key, _value)| key).collect()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn retries_hash_map(options: Vec<(Atom, i64)>) -> Option<i64> {
    let options: HashMap<Atom, i64> = options.into_iter().collect();
    options.get(&atoms::retries()).copied()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn retries(options: Vec<(Atom, i64)>) -> Option<i64> {
    let retries = options
        .into_iter()
        .find(|(key, _value)| *key == atoms::retries());
    retries.map(|(_key, value)| value)
}

#[rustler::nif]
fn default_options(env: Env<'_>) -> Vec<(Atom, Term<'_>)> {
    vec![
        (atoms::retries(), 3.encode(env)),
        (atoms::mode(), "careful".encode(env)),
    ]
}

#[rustler::nif(schedule = "DirtyCpu")]
fn atom_new(env: Env, name: &str) -> NifResult<Atom> {
    Atom::from_str(env, name)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn atom_existing(env: Env, name: &str) -> Option<Atom> {
    Atom::existing_from_str(env, name).ok()
}

#[rustler::nif]
fn atom_is_given(atom: Option<Atom>) -> bool {
    atom.is_some()
}

#[rustler::nif]
fn atom_is_not_nil(atom: Option<Atom>) -> bool {
    atom.is_some_and(|atom| atom != atom::nil())
}

#[rustler::nif]
fn integer_is_given(number: Option<i64>) -> bool {
    number.is_some()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn first_line_string(text: String) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn length_str(text: &str) -> usize {
    text.len()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn code_points(text: &str) -> Vec<u32> {
    text.chars().map(u32::from).collect()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn first_bytes(text: &str, count: usize) -> &str {
    &text[..count]
}

#[rustler::nif(schedule = "DirtyCpu")]
fn first_bytes_checked(text: &str, count: usize) -> Option<&str> {
    text.get(..count)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn square(number: i128) -> Option<i128> {
    number.checked_mul(number)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn echo_i128(number: i128) -> i128 {
    number
}

#[rustler::nif(schedule = "DirtyCpu")]
fn echo_i128_checked<'a>(env: Env<'a>, term: Term<'a>) -> NifResult<i128> {
    let number: i128 = term.decode()?;
    if number.encode(env) == term {
        Ok(number)
    } else {
        Err(Error::BadArg)
    }
}

#[rustler::nif]
fn echo_float(number: f64) -> f64 {
    number
}

#[rustler::nif(schedule = "DirtyCpu")]
fn multiply_bytes<'a>(env: Env<'a>, number: Binary, factor: u32) -> Binary<'a> {
    NewBinary::from_slice(env, &terms::multiply(&number, factor)).into()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn length_binary(bytes: Binary) -> usize {
    bytes.len()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn upcase<'a>(env: Env<'a>, text: Binary) -> Binary<'a> {
    let mut upper = text.to_owned();
    upper.make_ascii_uppercase();
    upper.release(env)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn upcase_vec<'a>(env: Env<'a>, text: Binary) -> Binary<'a> {
    let upper: Vec<u8> = text.to_ascii_uppercase();
    NewBinary::from_slice(env, &upper).into()
}

#[rustler::nif(schedule = "DirtyCpu")]
fn checksum(data: Term) -> NifResult<u32> {
    Ok(terms::checksum(&data.decode_as_binary()?))
}

#[rustler::nif(schedule = "DirtyCpu")]
fn slice_view(bytes: Binary<'_>, start: usize, length: usize) -> NifResult<Binary<'_>> {
    bytes.make_subbinary(start, length)
}

#[rustler::nif(schedule = "DirtyCpu")]
fn slice_copy<'a>(
    env: Env<'a>,
    bytes: Binary,
    start: usize,
    length: usize,
) -> NifResult<Binary<'a>> {
    let view = bytes.make_subbinary(start, length)?;
    Ok(NewBinary::from_slice(env, &view).into())
}

#[rustler::nif(schedule = "DirtyIo")]
fn upcase_on_thread(text: &str) -> Result<String, Reason> {
    let text = text.to_owned();
    let thread = thread::Builder::new()
        .name("rt-upcase".into())
        .spawn(move || text.to_uppercase())
        .map_err(|_error| Reason::NoThread)?;
    thread.join().map_err(|_panic| Reason::Panicked)
}
