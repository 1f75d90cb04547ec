//! A term that a NIF may copy.

use crate::consume_microseconds;
use roundtrip_core::Error;
use rustler::sys::{ErlNifTerm, enif_get_tuple};
use rustler::{Decoder, Encoder, Env, MapIterator, NifResult, Term, TermType};
use std::{ptr, slice};

/// A term whose copy takes at most `MAX` words of memory.
///
/// The VM copies a term that is sent or saved, and copies a part that occurs in it twice two times.
/// So `{a, a}`, nested 36 deep, takes a few words where it was made, and terabytes when it is sent.
/// What a function has captured can't be seen from here, and is not counted.
pub struct SizedTerm<'a, const MAX: usize> {
    term: Term<'a>,
    words: usize,
}

/// A term that is copied on a normal scheduler, in less than a millisecond.
pub type SmallTerm<'a> = SizedTerm<'a, 32_768>;

/// A term that is copied on a dirty scheduler: at most 128 MiB.
pub type LargeTerm<'a> = SizedTerm<'a, 16_777_216>;

impl<const MAX: usize> SizedTerm<'_, MAX> {
    /// Returns how many words a copy takes at most.
    pub fn words(&self) -> usize {
        self.words
    }
}

impl<const MAX: usize> Encoder for SizedTerm<'_, MAX> {
    fn encode<'a>(&self, env: Env<'a>) -> Term<'a> {
        self.term.encode(env)
    }
}

impl<'a, const MAX: usize> Decoder<'a> for SizedTerm<'a, MAX> {
    fn decode(term: Term<'a>) -> NifResult<Self> {
        let words = count_words(term, MAX);
        // Some 40 words are counted and copied in a microsecond. A term that is refused was counted, too.
        consume_microseconds(term.get_env(), words.unwrap_or(MAX) as u128 / 40);
        let words = words.ok_or(Error::TermTooLarge { max: MAX })?;
        Ok(SizedTerm { term, words })
    }
}

/// Counts the words of a copy; `None` if they are more than `max`.
fn count_words(term: Term, max: usize) -> Option<usize> {
    let mut left = max;
    let mut pending = vec![term];
    while let Some(mut term) = pending.pop() {
        while let Ok((head, tail)) = term.list_get_cell() {
            left = pay(2, left, head, &mut pending)?;
            term = tail;
        }
        left = pay(0, left, term, &mut pending)?;
    }
    Some(max - left)
}

/// Returns what is left after paying for `term`, whose parts become pending, and for `words` more.
/// Paid before anything becomes pending, so that what is pending is bounded too.
fn pay<'a>(
    words: usize,
    left: usize,
    term: Term<'a>,
    pending: &mut Vec<Term<'a>>,
) -> Option<usize> {
    let left = left.checked_sub(words)?;
    match term.get_type() {
        TermType::Atom => Some(left),
        TermType::Integer => left.checked_sub(integer_words(term)),
        TermType::List if term.is_empty_list() => Some(left),
        TermType::List => {
            // Its cells are paid for when it is its turn.
            pending.push(term);
            Some(left)
        }
        TermType::Tuple => {
            let elements = elements(term);
            let left = left.checked_sub(1 + elements.len())?;
            // SAFETY: an element lives in the same environment as its tuple.
            let term_of = |element: &ErlNifTerm| unsafe { Term::new(term.get_env(), *element) };
            pending.extend(elements.iter().map(term_of));
            Some(left)
        }
        TermType::Map => {
            // A large map is a tree, which takes a little more than its keys and values.
            let left = left.checked_sub(5 + 4 * term.map_size().unwrap_or_default())?;
            let pairs = MapIterator::new(term).into_iter().flatten();
            pending.extend(pairs.flat_map(|(key, value)| [key, value]));
            Some(left)
        }
        TermType::Float => left.checked_sub(2),
        // A binary of more than 64 bytes is shared, and a smaller one is copied.
        _ => left.checked_sub(12),
    }
}

fn integer_words(term: Term) -> usize {
    match term.decode::<i64>() {
        Ok(small) if (-(1 << 59)..1 << 59).contains(&small) => 0,
        Ok(_) => 2,
        // How large a big integer is can't be asked; its external format has as many bytes.
        Err(_) => 2 + term.to_binary().len() / 8,
    }
}

/// Returns the elements of a tuple where they are: rustler's `get_tuple` would first copy all of
/// them, which may be more than the caller has words left.
fn elements(term: Term<'_>) -> &[ErlNifTerm] {
    let (mut arity, mut first) = (0, ptr::null());
    // SAFETY: the term lives in this environment, and the VM writes to both places only on success.
    let is_tuple = unsafe {
        enif_get_tuple(
            term.get_env().as_c_arg(),
            term.as_c_arg(),
            &mut arity,
            &mut first,
        ) == 1
    };
    match usize::try_from(arity) {
        // SAFETY: the VM returned the first of that many elements, which live as long as the term.
        Ok(arity @ 1..) if is_tuple => unsafe { slice::from_raw_parts(first, arity) },
        _ => &[],
    }
}
