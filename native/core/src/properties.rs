//! Properties that hold for all inputs, of which each run tries some at random.
//!
//! `PROPTEST_CASES=100000 cargo test --package roundtrip_core properties` tries more. What
//! fails is made as small as possible and printed.

use crate::calls::{Call, Failure, Rejection};
use crate::messages::{Demand, Window};
use crate::server::{
    Budget, HeadersError, IodataError, MAX_HEADERS, Node, RequestHead, ResponseHeaders, flatten,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::VecDeque;

/// What a feed and its receiver do.
#[derive(Debug, Clone)]
enum DemandStep {
    Take,
    More(i64),
}

fn demand_step() -> impl Strategy<Value = DemandStep> {
    prop_oneof![
        3 => Just(DemandStep::Take),
        2 => (-2_i64..8).prop_map(DemandStep::More),
        1 => any::<i64>().prop_map(DemandStep::More),
    ]
}

/// What happens to a call. The callee is process 0.
#[derive(Debug, Clone)]
enum CallStep {
    Answer { from: u8, answer: u32 },
    Fail(Failure),
    TakeOutcome,
}

fn call_step() -> impl Strategy<Value = CallStep> {
    let failures = [Failure::Timeout, Failure::Down, Failure::Dropped];
    prop_oneof![
        (0_u8..3, any::<u32>()).prop_map(|(from, answer)| CallStep::Answer { from, answer }),
        proptest::sample::select(failures.to_vec()).prop_map(CallStep::Fail),
        Just(CallStep::TakeOutcome),
    ]
}

#[derive(Debug, Clone)]
enum Iodata {
    Byte(u8),
    Bytes(Vec<u8>),
    Nil,
    Cell(Box<Iodata>, Box<Iodata>),
    Atom,
}

impl Iodata {
    /// What `:erlang.iolist_to_binary/1` returns, written as its documentation defines iodata.
    fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Iodata::Byte(_) | Iodata::Atom => None,
            Iodata::Bytes(bytes) => Some(bytes.clone()),
            Iodata::Nil => Some(Vec::new()),
            Iodata::Cell(head, tail) => {
                let mut bytes = match &**head {
                    Iodata::Byte(byte) => vec![*byte],
                    head => head.bytes()?,
                };
                bytes.extend(tail.bytes()?);
                Some(bytes)
            }
        }
    }

    fn cells(&self) -> usize {
        match self {
            Iodata::Cell(head, tail) => 1 + head.cells() + tail.cells(),
            _ => 0,
        }
    }
}

fn inspect(term: &Iodata) -> Node<'_, &Iodata> {
    match term {
        Iodata::Byte(byte) => Node::Byte(*byte),
        Iodata::Bytes(bytes) => Node::Bytes(bytes),
        Iodata::Nil => Node::Nil,
        Iodata::Cell(head, tail) => Node::Cell(head, tail),
        Iodata::Atom => Node::Other,
    }
}

fn iodata() -> impl Strategy<Value = Iodata> {
    let leaf = prop_oneof![
        8 => Just(Iodata::Nil),
        4 => any::<u8>().prop_map(Iodata::Byte),
        4 => vec(any::<u8>(), 0..5).prop_map(Iodata::Bytes),
        1 => Just(Iodata::Atom),
    ];
    leaf.prop_recursive(8, 64, 2, |inner| {
        (inner.clone(), inner).prop_map(|(head, tail)| Iodata::Cell(Box::new(head), Box::new(tail)))
    })
}

/// Headers of which most can be sent.
fn header() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let name = prop_oneof![
        4 => "x-[a-z]{1,8}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..4),
    ];
    let value = prop_oneof![
        4 => "[ -~]{0,12}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..12),
    ];
    (name, value)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn demand_counts_what_is_in_flight(
        window in 1_i64..6,
        steps in vec(demand_step(), 0..60),
    ) {
        let mut demand = Demand::new(Window::try_from(window)?);
        let (mut in_flight, mut most) = (0, 0);
        for step in steps {
            match step {
                DemandStep::Take => {
                    let has_room = in_flight < window;
                    prop_assert_eq!(demand.try_take(), has_room);
                    in_flight += i64::from(has_room);
                    most = most.max(in_flight);
                }
                DemandStep::More(count) => {
                    let is_valid = (0..=in_flight).contains(&count);
                    prop_assert_eq!(demand.more(count).is_ok(), is_valid);
                    in_flight -= if is_valid { count } else { 0 };
                }
            }
            prop_assert_eq!(i64::from(demand.in_flight()), in_flight);
            prop_assert_eq!(i64::from(demand.most()), most);
        }
    }

    #[test]
    fn the_first_end_of_a_call_decides_its_whole_history(steps in vec(call_step(), 0..20)) {
        let mut call = Call::new(0);
        let mut end = None;
        let mut is_taken = false;
        for step in steps {
            match step {
                CallStep::Answer { from, answer } => {
                    let expected = match end {
                        _ if from != 0 => Err((Rejection::Stranger, answer)),
                        None => {
                            end = Some(Ok(answer));
                            Ok(())
                        }
                        Some(Ok(_)) => Err((Rejection::AlreadyAnswered, answer)),
                        Some(Err(_)) => Err((Rejection::TooLate, answer)),
                    };
                    prop_assert_eq!(call.answer(&from, answer), expected);
                }
                CallStep::Fail(failure) => {
                    prop_assert_eq!(call.fail(failure), end.is_none());
                    end = end.or(Some(Err(failure)));
                }
                CallStep::TakeOutcome => {
                    // An answer is taken once, and a failure stays.
                    let expected = end.filter(|end| end.is_err() || !is_taken);
                    prop_assert_eq!(call.outcome(), expected);
                    is_taken |= end.is_some();
                }
            }
        }
    }

    #[test]
    fn iodata_is_flattened_exactly_within_its_budget(
        term in iodata(),
        bytes_over in 0_usize..3,
        cells_over in 0_usize..3,
    ) {
        let roomy = Budget { bytes: 1_000, cells: 1_000 };
        let flat = flatten(&term, roomy, inspect);
        prop_assert_eq!(flat, term.bytes().ok_or(IodataError::Invalid));

        if let Some(flat) = term.bytes() {
            let budget = Budget {
                bytes: (flat.len() + 1).saturating_sub(bytes_over),
                cells: (term.cells() + 1).saturating_sub(cells_over),
            };
            let fits = flat.len() <= budget.bytes && term.cells() <= budget.cells;
            let expected = if fits { Ok(flat) } else { Err(IodataError::TooLarge) };
            prop_assert_eq!(flatten(&term, budget, inspect), expected);
        }
    }

    #[test]
    fn iodata_is_read_no_further_than_its_budget(cells in 0_usize..200, bytes in 0_usize..200) {
        // Each number is a list of two of the next smaller, so that it has more parts than there are atoms.
        let inspected = std::cell::Cell::new(0);
        let parts = |n: u32| {
            inspected.set(inspected.get() + 1);
            match n {
                0 => Node::Bytes(b"x"),
                n if n % 2 == 0 => Node::Cell(n - 2, n - 1),
                n => Node::Cell(n - 1, 0),
            }
        };
        let flat = flatten(600, Budget { bytes, cells }, parts);
        prop_assert_eq!(flat, Err(IodataError::TooLarge));
        prop_assert!(inspected.get() <= 2 * cells + 2);
    }

    #[test]
    fn headers_stay_within_their_budget(
        headers in vec(header(), 0..40),
        max_bytes in 0_usize..400,
    ) {
        let mut accepted = ResponseHeaders::new(max_bytes);
        let (mut bytes, mut count) = (0, 0);
        for (name, value) in headers {
            let length = name.len() + value.len();
            match accepted.push(&name, &value) {
                Ok(()) => {
                    bytes += length;
                    count += 1;
                }
                // Its bytes were read, so they count.
                Err(HeadersError::Invalid(_)) => bytes += length,
                Err(HeadersError::TooLarge) => prop_assert!(bytes + length > max_bytes),
                Err(HeadersError::TooMany) => prop_assert!(count == MAX_HEADERS),
            }
            prop_assert!(bytes <= max_bytes);
        }
        let map = accepted.into_map();
        prop_assert_eq!(map.len(), count);
        for (name, value) in &map {
            prop_assert!(!name.as_str().bytes().any(|byte| byte <= b' ' || byte == b':'));
            prop_assert!(!value.as_bytes().iter().any(|byte| b"\r\n\0".contains(byte)));
        }
    }

    #[test]
    fn a_request_head_may_arrive_in_any_pieces(
        line in "(GET|A) /[a#?: ]{0,12} (HTTP/1.1|x)\r\nx: #h",
        cuts in vec(0_usize..40, 0..6),
        max in 1_usize..40,
    ) {
        let whole = RequestHead::default().feed(line.as_bytes(), max);
        let mut rest: VecDeque<u8> = line.bytes().collect();
        let mut in_pieces = RequestHead::default();
        let mut fed = Ok(0);
        for cut in cuts.into_iter().chain([usize::MAX]) {
            let piece: Vec<u8> = rest.drain(..cut.min(rest.len())).collect();
            fed = fed.and_then(|sum| Ok(sum + in_pieces.feed(&piece, max)?));
        }
        prop_assert_eq!(fed, whole);
    }
}
