//! What the threads of a server share with its NIFs.

use crate::config::Settings;
use crate::receiver_pool::ReceiverPool;
use crate::stats::Counters;

/// The state of one server. It is never locked as a whole.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) receivers: ReceiverPool,
    pub(crate) counters: Counters,
}
