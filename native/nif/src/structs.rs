//! NIFs of the lesson `structs`.

use roundtrip_core::resources::Snapshot;
use roundtrip_core::structs;
use roundtrip_support::SharedStruct;
use rustler::{
    Encoder, Env, NifException, NifMap, NifRecord, NifResult, NifStruct, NifTaggedEnum, NifTuple,
    NifUnitEnum, NifUntaggedEnum, Term,
};

#[rustler::nif]
fn shared_new(is_cool: bool) -> SharedStruct {
    SharedStruct::new(is_cool)
}

#[rustler::nif]
fn shared_toggle(shared: SharedStruct) -> SharedStruct {
    shared.r#ref.private.lock().toggle();
    SharedStruct {
        is_cool: !shared.is_cool,
        ..shared
    }
}

#[rustler::nif]
fn shared_toggles(shared: SharedStruct) -> u64 {
    shared.r#ref.private.lock().toggles()
}

#[derive(NifStruct)]
#[module = "Roundtrip.Structs.Undefined"]
struct Undefined {
    note: String,
}

#[rustler::nif]
fn echo_undefined(undefined: Undefined) -> Undefined {
    undefined
}

#[derive(NifUnitEnum, Clone, Copy)]
enum Unit {
    Nanosecond,
    Microsecond,
    Millisecond,
}

impl Unit {
    fn nanoseconds(self) -> i64 {
        match self {
            Unit::Nanosecond => 1,
            Unit::Microsecond => 1_000,
            Unit::Millisecond => 1_000_000,
        }
    }
}

#[derive(NifStruct)]
#[module = "Roundtrip.Structs.Latency"]
struct Sample {
    value: i64,
    unit: Unit,
}

#[rustler::nif]
fn convert(sample: Sample, unit: Unit) -> NifResult<Sample> {
    let (from, to) = (sample.unit.nanoseconds(), unit.nanoseconds());
    let value = structs::convert(sample.value, from, to)?;
    Ok(Sample { value, unit })
}

/// How many latencies were measured, and the longest of them: a plain map in Elixir.
#[derive(NifMap)]
struct Summary {
    count: i64,
    longest: i64,
}

#[rustler::nif]
fn merge(a: Summary, b: Summary) -> NifResult<Summary> {
    Ok(Summary {
        count: structs::add("count", a.count, b.count)?,
        longest: a.longest.max(b.longest),
    })
}

#[derive(NifTuple)]
struct Range {
    low: i64,
    high: i64,
}

#[rustler::nif]
fn cover(a: Range, b: Range) -> Range {
    let (low, high) = structs::cover((a.low, a.high), (b.low, b.high));
    Range { low, high }
}

#[derive(NifRecord)]
#[tag = "span"]
struct Span {
    start: i64,
    stop: i64,
}

#[rustler::nif]
fn shift(span: Span, by: i64) -> NifResult<Span> {
    Ok(Span {
        start: structs::add("by", span.start, by)?,
        stop: structs::add("by", span.stop, by)?,
    })
}

#[derive(NifTaggedEnum)]
enum Unlimited {
    Unlimited,
}

#[derive(NifTaggedEnum)]
enum AtMost {
    AtMost(i64),
}

#[rustler::nif]
fn highest(limit: AtMost) -> i64 {
    let AtMost::AtMost(highest) = limit;
    highest
}

#[derive(NifMap)]
struct Bounds {
    low: i64,
    high: i64,
}

#[derive(NifTaggedEnum)]
enum Between {
    Between(Bounds),
}

#[derive(NifUntaggedEnum)]
enum Limit {
    Unlimited(Unlimited),
    AtMost(AtMost),
    Between(Between),
}

#[rustler::nif]
fn admits(limit: Limit, value: i64) -> bool {
    match limit {
        Limit::Unlimited(Unlimited::Unlimited) => true,
        Limit::AtMost(AtMost::AtMost(high)) => value <= high,
        Limit::Between(Between::Between(bounds)) => (bounds.low..=bounds.high).contains(&value),
    }
}

#[rustler::nif]
fn widen(limit: Limit, by: i64) -> NifResult<Limit> {
    let widened = |high| structs::add("by", high, by);
    Ok(match limit {
        Limit::Unlimited(unlimited) => Limit::Unlimited(unlimited),
        Limit::AtMost(AtMost::AtMost(high)) => Limit::AtMost(AtMost::AtMost(widened(high)?)),
        Limit::Between(Between::Between(Bounds { low, high })) => {
            let high = widened(high)?;
            Limit::Between(Between::Between(Bounds { low, high }))
        }
    })
}

#[derive(NifUntaggedEnum)]
enum Number {
    Integer(i64),
    Float(f64),
}

#[rustler::nif]
fn echo_number(number: Number) -> Number {
    number
}

#[derive(NifUntaggedEnum)]
enum FloatFirst {
    Float(f64),
    Integer(i64),
}

#[rustler::nif]
fn echo_float_first(number: FloatFirst) -> FloatFirst {
    number
}

#[derive(NifException)]
#[module = "Roundtrip.Structs.LimitError"]
struct LimitError {
    message: String,
    value: i64,
    limit: i64,
}

impl LimitError {
    fn new(value: i64, limit: i64) -> Self {
        let message = format!("{value} is over the limit of {limit}");
        LimitError {
            message,
            value,
            limit,
        }
    }
}

impl From<LimitError> for rustler::Error {
    fn from(error: LimitError) -> Self {
        rustler::Error::RaiseTerm(Box::new(error))
    }
}

fn within(value: i64, limit: i64) -> Result<i64, LimitError> {
    if value > limit {
        return Err(LimitError::new(value, limit));
    }
    Ok(value)
}

#[rustler::nif]
fn enforce(value: i64, limit: i64) -> NifResult<i64> {
    let value = within(value, limit)?;
    Ok(value)
}

#[rustler::nif]
fn excess(error: LimitError) -> Option<i64> {
    structs::excess(error.value, error.limit)
}

#[rustler::nif]
fn low_byte(number: u8) -> u8 {
    number
}

#[rustler::nif]
fn byte(number: i64) -> NifResult<u8> {
    Ok(structs::byte(number)?)
}

#[derive(NifStruct)]
#[module = "Roundtrip.Structs.DriftedRequest"]
struct DriftedRequest {
    method: String,
    path: String,
}

#[rustler::nif]
fn drifted_request(method: String, path: String) -> DriftedRequest {
    DriftedRequest { method, path }
}

#[derive(NifStruct)]
#[module = "Roundtrip.Structs.Request"]
struct Request {
    method: String,
    path: String,
}

#[rustler::nif]
fn request(method: String, path: String) -> Request {
    Request { method, path }
}

/// Returns one value of every struct that has a module in Elixir, so that the two can be compared.
#[rustler::nif]
fn struct_samples(env: Env<'_>) -> Vec<Term<'_>> {
    let (value, unit) = (0, Unit::Nanosecond);
    let empty = String::new;
    vec![
        SharedStruct::new(true).encode(env),
        Snapshot::default().encode(env),
        Sample { value, unit }.encode(env),
        LimitError::new(2, 1).encode(env),
        Request {
            method: empty(),
            path: empty(),
        }
        .encode(env),
        DriftedRequest {
            method: empty(),
            path: empty(),
        }
        .encode(env),
    ]
}
