//! What the threads of a server share with its NIFs.

use crate::config::{Config, Settings};
use crate::error::Error;
use crate::stats::Counters;
use rustler::LocalPid;

/// The Elixir processes that receive requests.
pub(crate) type ReceiverPool = roundtrip_core::server::ReceiverPool<LocalPid>;

/// The state of one server. It is never locked as a whole.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) receivers: ReceiverPool,
    pub(crate) counters: Counters,
}

impl Shared {
    /// Returns the state of a server that nobody has joined yet.
    pub(crate) fn new(config: Config) -> Result<Self, Error> {
        Ok(Shared {
            settings: Settings::try_from(config)?,
            receivers: ReceiverPool::default(),
            counters: Counters::new()?,
        })
    }
}
