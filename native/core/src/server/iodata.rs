//! Flattens iodata within a budget. A list in iodata may hold the same part many times, so that a
//! few cells in memory can stand for terabytes, or for hours of reading empty lists.

use thiserror::Error;

/// What one term of iodata is; `T` is a term.
pub enum Node<'a, T> {
    /// An integer from 0 to 255.
    Byte(u8),
    /// A binary.
    Bytes(&'a [u8]),
    /// The empty list.
    Nil,
    /// A list cell: its head and its tail.
    Cell(T, T),
    /// Anything else.
    Other,
}

/// How much iodata is read.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// How many bytes it may hold.
    pub bytes: usize,
    /// How many list cells may be read, each as often as it occurs.
    pub cells: usize,
}

/// Why iodata was not flattened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IodataError {
    /// It holds something else than bytes.
    #[error("not iodata")]
    Invalid,
    /// It exceeds the budget.
    #[error("too large")]
    TooLarge,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// A head, which may be a byte.
    Head,
    /// A tail or the whole, which may not.
    Tail,
}

/// Returns the bytes of `iodata`; `inspect` tells what each of its terms is.
///
/// # Errors
/// It must be iodata, and within the budget. What is behind the end of the budget is not read.
pub fn flatten<'a, T>(
    iodata: T,
    budget: Budget,
    inspect: impl Fn(T) -> Node<'a, T>,
) -> Result<Vec<u8>, IodataError> {
    let mut flat = Vec::new();
    let mut cells = budget.cells;
    // Not recursive, because a deeply nested list would overflow the scheduler's stack.
    let mut pending = vec![(iodata, Place::Tail)];
    while let Some((term, place)) = pending.pop() {
        let bytes: &[u8] = match inspect(term) {
            Node::Nil => continue,
            Node::Cell(head, tail) => {
                cells = cells.checked_sub(1).ok_or(IodataError::TooLarge)?;
                pending.push((tail, Place::Tail));
                pending.push((head, Place::Head));
                continue;
            }
            Node::Bytes(bytes) => bytes,
            Node::Byte(byte) if place == Place::Head => &[byte],
            Node::Byte(_) | Node::Other => return Err(IodataError::Invalid),
        };
        if bytes.len() > budget.bytes - flat.len() {
            return Err(IodataError::TooLarge);
        }
        flat.extend_from_slice(bytes);
    }
    Ok(flat)
}

#[cfg(test)]
mod tests {
    use super::*;

    enum Term {
        Byte(u8),
        Bytes(&'static [u8]),
        Nil,
        Cell(Box<Term>, Box<Term>),
        Atom,
    }

    fn inspect(term: &Term) -> Node<'_, &Term> {
        match term {
            Term::Byte(byte) => Node::Byte(*byte),
            Term::Bytes(bytes) => Node::Bytes(bytes),
            Term::Nil => Node::Nil,
            Term::Cell(head, tail) => Node::Cell(head, tail),
            Term::Atom => Node::Other,
        }
    }

    fn cell(head: Term, tail: Term) -> Term {
        Term::Cell(Box::new(head), Box::new(tail))
    }

    fn within(bytes: usize, cells: usize, term: &Term) -> Result<Vec<u8>, IodataError> {
        flatten(term, Budget { bytes, cells }, inspect)
    }

    #[test]
    fn bytes_come_in_the_order_of_the_list() {
        let nested = cell(Term::Byte(1), cell(Term::Bytes(&[2, 3]), Term::Nil));
        let term = cell(nested, cell(Term::Nil, Term::Bytes(&[4])));
        assert_eq!(within(4, 4, &term), Ok(vec![1, 2, 3, 4]));
        assert_eq!(within(0, 0, &Term::Nil), Ok(vec![]));
    }

    #[test]
    fn the_budget_is_exact() {
        let term = cell(Term::Byte(1), cell(Term::Bytes(&[2, 3]), Term::Nil));
        assert_eq!(within(3, 2, &term), Ok(vec![1, 2, 3]));
        assert_eq!(within(2, 2, &term), Err(IodataError::TooLarge));
        assert_eq!(within(3, 1, &term), Err(IodataError::TooLarge));
    }

    #[test]
    fn what_is_not_iodata_is_invalid() {
        for term in [
            Term::Atom,
            Term::Byte(1),
            cell(Term::Nil, Term::Byte(1)),
            cell(Term::Atom, Term::Nil),
            cell(Term::Nil, Term::Atom),
        ] {
            assert_eq!(within(9, 9, &term), Err(IodataError::Invalid));
        }
    }

    #[test]
    fn shared_parts_are_read_only_as_far_as_the_budget_goes() {
        // Each number is a list of two of the next smaller: 2 to the power of 64 parts.
        let parts = |n: u32| match n {
            0 => Node::Nil,
            n if n % 2 == 0 => Node::Cell(n - 2, n - 1),
            n => Node::Cell(n - 1, 0),
        };
        let budget = Budget {
            bytes: 0,
            cells: 1_000,
        };
        assert_eq!(flatten(128, budget, parts), Err(IodataError::TooLarge));
    }
}
