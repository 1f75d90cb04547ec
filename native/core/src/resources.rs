//! Logic of the lesson `resources`: a latency histogram from a crate that knows nothing of Elixir.

use crate::Error;
use crate::bounded::{self, bounded};
use hdrhistogram::Histogram;
use std::ops::Deref;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
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

/// How many bytes all recordings may hold together: 64 MiB. The VM's garbage collector doesn't know
/// of these bytes, so a process with many unused recordings has no reason to collect them.
static RECORDINGS: Budget = Budget::new(67_108_864);

/// All recordings together hold as many bytes as they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("all recordings together hold as many bytes as they may")]
pub struct RecordingsFull;

/// Raises Elixir's `SystemLimitError`, as the VM does when something is used up: no argument is wrong.
#[cfg(feature = "rustler")]
impl From<RecordingsFull> for rustler::Error {
    fn from(RecordingsFull: RecordingsFull) -> Self {
        rustler::Error::RaiseAtom("system_limit")
    }
}

/// Bytes that count up from 0 and begin again after 255.
pub struct Recording {
    bytes: Vec<u8>,
    _share: Share,
}

impl Recording {
    /// Makes a recording.
    ///
    /// # Errors
    /// [`RecordingsFull`] if all recordings would hold more bytes than they may.
    pub fn new(size: Size) -> Result<Self, RecordingsFull> {
        let _share = RECORDINGS.take(size.get()).ok_or(RecordingsFull)?;
        let block: Vec<u8> = (0..=255).collect();
        let mut bytes = block.repeat(size.get().div_ceil(block.len()));
        bytes.truncate(size.get());
        Ok(Recording { bytes, _share })
    }

    /// Makes a recording without bytes, which takes no share.
    pub fn empty() -> Self {
        Recording {
            bytes: Vec::new(),
            _share: Share {
                budget: &RECORDINGS,
                bytes: 0,
            },
        }
    }
}

impl Deref for Recording {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Bytes of which everybody may take a share, until none are left.
struct Budget {
    max: usize,
    taken: AtomicUsize,
}

/// Bytes taken from a budget, which are given back when this is dropped.
struct Share {
    budget: &'static Budget,
    bytes: usize,
}

impl Budget {
    const fn new(max: usize) -> Self {
        let taken = AtomicUsize::new(0);
        Budget { max, taken }
    }

    fn take(&'static self, bytes: usize) -> Option<Share> {
        let add = |taken: usize| taken.checked_add(bytes).filter(|taken| *taken <= self.max);
        let added = self.taken.fetch_update(Relaxed, Relaxed, add);
        // Not `then_some`, which would make a share in either case, and drop it.
        added.is_ok().then(|| Share {
            budget: self,
            bytes,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.taken.fetch_sub(self.bytes, Relaxed);
    }
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
    fn a_recording_begins_again_after_255_and_all_of_them_have_bounds() {
        let bytes = |size| Some(Recording::new(Size::try_from(size).ok()?).ok()?.bytes);
        assert_eq!(bytes(3), Some(vec![0, 1, 2]));
        let bytes = bytes(258).unwrap_or_default();
        assert_eq!(bytes[254..], [254, 255, 0, 1]);
        assert!(Size::try_from(0).is_err());
        assert!(Size::try_from(16_777_217).is_err());

        let hoard: Result<Vec<_>, _> = (0..5).map(|_| Recording::new(Size::MAX)).collect();
        assert_eq!(hoard.map(|hoard| hoard.len()), Err(RecordingsFull));
        assert!(Recording::new(Size::MAX).is_ok());
    }

    #[test]
    fn threads_never_take_more_than_the_budget() {
        static BUDGET: Budget = Budget::new(10);
        let take = || (0..10_000).filter_map(|_| BUDGET.take(3)).count();
        std::thread::scope(|scope| {
            let kept = BUDGET.take(5);
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            assert!(threads.into_iter().all(|thread| thread.join().is_ok()));
            assert!(kept.is_some() && BUDGET.take(6).is_none() && BUDGET.take(5).is_some());
        });
        assert_eq!(BUDGET.taken.load(Relaxed), 0);
        assert!(BUDGET.take(usize::MAX).is_none());
    }
}
