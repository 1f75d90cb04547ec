//! Logic of the lesson `resources`: a latency histogram from a crate that knows nothing of Elixir.

use crate::Error;
use crate::bounded::{self, bounded};
use hdrhistogram::Histogram;
use std::time::Duration;

bounded! {
    /// The greatest latency that a histogram can hold, in microseconds: an hour at most.
    Longest(u64): "longest" in 2..=3_600_000_000
}

bounded! {
    /// The size of a recording, in bytes: 16 MiB at most.
    Size(usize): "size" in 1..=16_777_216
}

/// Latencies in microseconds, counted to three significant digits.
#[derive(Clone)]
pub struct Latencies {
    histogram: Histogram<u64>,
    longest: Longest,
}

/// Sums up a histogram in five figures; all but the count are in microseconds.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "rustler", derive(rustler::NifStruct))]
#[cfg_attr(feature = "rustler", module = "Roundtrip.Resources.Snapshot")]
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
    /// Makes an empty histogram for latencies up to `longest`.
    ///
    /// # Errors
    /// [`Error::Creation`] if the crate can't make such a histogram.
    pub fn new(longest: Longest) -> Result<Self, Error> {
        let histogram = Histogram::new_with_max(longest.get(), 3)?;
        Ok(Latencies { histogram, longest })
    }

    /// Records one latency.
    ///
    /// # Errors
    /// `microseconds` must be from 0 to what the histogram was made for.
    pub fn record(&mut self, microseconds: i64) -> Result<(), Error> {
        let range = 0..=self.longest.get();
        let microseconds = bounded::parse("microseconds", microseconds, range)?;
        Ok(self.histogram.record(microseconds)?)
    }

    /// Records one latency; one that is too long counts as the longest.
    pub fn record_saturating(&mut self, latency: Duration) {
        let microseconds = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.histogram
            .saturating_record(microseconds.min(self.longest.get()));
    }

    /// Returns each value that was recorded, to three digits, with how often it was.
    pub fn recorded(&self) -> Vec<(u64, u64)> {
        self.histogram
            .iter_recorded()
            .map(|step| (step.value_iterated_to(), step.count_at_value()))
            .collect()
    }

    /// Sums up what was recorded so far.
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

/// Makes a recording: bytes that count up from 0 and begin again after 255.
pub fn recording(size: Size) -> Vec<u8> {
    (0..=255).cycle().take(size.get()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latencies() -> Result<Latencies, Error> {
        Latencies::new(Longest::try_from(1_000)?)
    }

    #[test]
    fn a_snapshot_sums_up_what_was_recorded() -> Result<(), Error> {
        let mut latencies = latencies()?;
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
        let mut latencies = latencies()?;
        for microseconds in [7, 3, 7] {
            latencies.record(microseconds)?;
        }
        assert_eq!(latencies.recorded(), [(3, 1), (7, 2)]);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_refused_and_not_counted() -> Result<(), Error> {
        let mut latencies = latencies()?;
        assert!(latencies.record(-1).is_err());
        assert!(latencies.record(1_001).is_err());
        assert_eq!(latencies.snapshot().count, 0);
        assert!(Longest::try_from(1).is_err());
        assert!(Longest::try_from(3_600_000_001).is_err());
        Ok(())
    }

    #[test]
    fn a_histogram_can_be_made_for_every_bound() {
        assert!(Latencies::new(Longest::MIN).is_ok());
        assert!(Latencies::new(Longest::MAX).is_ok());
    }

    #[test]
    fn what_is_too_long_counts_as_the_longest() -> Result<(), Error> {
        let mut latencies = latencies()?;
        latencies.record_saturating(Duration::from_micros(7));
        latencies.record_saturating(Duration::from_secs(1));
        latencies.record_saturating(Duration::MAX);
        assert_eq!(latencies.recorded(), [(7, 1), (1_000, 2)]);
        Ok(())
    }

    #[test]
    fn a_recording_has_bounds_and_begins_again_after_255() -> Result<(), Error> {
        assert_eq!(recording(Size::try_from(3)?), [0, 1, 2]);
        assert_eq!(recording(Size::try_from(258)?)[254..], [254, 255, 0, 1]);
        assert!(Size::try_from(0).is_err());
        assert!(Size::try_from(16_777_217).is_err());
        Ok(())
    }
}
