//! Logic of the lesson `resources`: a latency histogram, from a crate that knows nothing of Elixir.

use crate::error::{Error, within};
use hdrhistogram::Histogram;
use std::time::Duration;

/// The greatest latency, in microseconds, that a histogram may be asked to hold: one hour.
pub const LONGEST: i64 = 3_600_000_000;

/// The longest time, in milliseconds, that the lesson lets a value take to end.
pub const LONGEST_END: i64 = 1_000;

/// The size, in bytes, of the largest recording: 16 MiB.
pub const LARGEST: i64 = 16 * 1_024 * 1_024;

/// Latencies in microseconds, counted to three significant digits.
#[derive(Clone)]
pub struct Latencies {
    histogram: Histogram<u64>,
    longest: i64,
}

/// What a histogram said at one moment; every figure but the count is in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// How many latencies were recorded.
    pub count: u64,
    /// The smallest.
    pub min: u64,
    /// The median.
    pub p50: u64,
    /// The value that 99 of 100 do not exceed.
    pub p99: u64,
    /// The greatest.
    pub max: u64,
}

impl Latencies {
    /// An empty histogram for latencies up to `longest` microseconds.
    ///
    /// # Errors
    /// `longest` must be from 2 to [`LONGEST`].
    pub fn new(longest: i64) -> Result<Self, Error> {
        let refused = Error::OutOfRange {
            field: "longest",
            min: 2,
            max: LONGEST,
        };
        let longest = within("longest", longest, 2, LONGEST)?;
        let histogram = Histogram::new_with_max(longest.unsigned_abs(), 3).map_err(|_| refused)?;
        Ok(Latencies { histogram, longest })
    }

    /// Records one latency.
    ///
    /// # Errors
    /// `microseconds` must be from 0 to what the histogram was made for.
    pub fn record(&mut self, microseconds: i64) -> Result<(), Error> {
        let refused = Error::OutOfRange {
            field: "microseconds",
            min: 0,
            max: self.longest,
        };
        let value = within("microseconds", microseconds, 0, self.longest)?;
        self.histogram
            .record(value.unsigned_abs())
            .map_err(|_| refused)
    }

    /// Each value that was recorded, to three digits, with how often it was.
    pub fn recorded(&self) -> Vec<(u64, u64)> {
        self.histogram
            .iter_recorded()
            .map(|step| (step.value_iterated_to(), step.count_at_value()))
            .collect()
    }

    /// What was recorded so far, in five figures.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            count: self.histogram.len(),
            min: self.histogram.min(),
            p50: self.histogram.value_at_quantile(0.5),
            p99: self.histogram.value_at_quantile(0.99),
            max: self.histogram.max(),
        }
    }
}

/// How long a value takes to end.
///
/// # Errors
/// `milliseconds` must be from 0 to [`LONGEST_END`].
pub fn takes(milliseconds: i64) -> Result<Duration, Error> {
    let milliseconds = within("milliseconds", milliseconds, 0, LONGEST_END)?;
    Ok(Duration::from_millis(milliseconds.unsigned_abs()))
}

/// A recording of `size` bytes, which count up from 0 and begin again after 255.
///
/// # Errors
/// `size` must be from 1 to [`LARGEST`].
pub fn recording(size: i64) -> Result<Vec<u8>, Error> {
    let size = within("size", size, 1, LARGEST)?;
    Ok((0..size).map(|n| n.to_le_bytes()[0]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_sums_up_what_was_recorded() -> Result<(), Error> {
        let mut latencies = Latencies::new(1_000)?;
        for microseconds in 1..=100 {
            latencies.record(microseconds)?;
        }
        let expected = Snapshot {
            count: 100,
            min: 1,
            p50: 50,
            p99: 99,
            max: 100,
        };
        assert_eq!(latencies.snapshot(), expected);
        Ok(())
    }

    #[test]
    fn recorded_has_each_value_once() -> Result<(), Error> {
        let mut latencies = Latencies::new(1_000)?;
        for microseconds in [7, 3, 7] {
            latencies.record(microseconds)?;
        }
        assert_eq!(latencies.recorded(), [(3, 1), (7, 2)]);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_refused_and_not_counted() -> Result<(), Error> {
        let mut latencies = Latencies::new(1_000)?;
        assert!(latencies.record(-1).is_err());
        assert!(latencies.record(1_001).is_err());
        assert_eq!(latencies.snapshot().count, 0);
        assert!(Latencies::new(1).is_err());
        assert!(Latencies::new(LONGEST + 1).is_err());
        Ok(())
    }

    #[test]
    fn an_end_and_a_recording_have_bounds() {
        assert_eq!(takes(5), Ok(Duration::from_millis(5)));
        assert!(takes(-1).is_err());
        assert!(takes(LONGEST_END + 1).is_err());
        assert_eq!(recording(3), Ok(vec![0, 1, 2]));
        assert!(recording(0).is_err());
        assert!(recording(LARGEST + 1).is_err());
    }
}
