//! Where somebody listens.

use tokio::sync::watch;

/// The segment of a plan at which somebody listens: what comes from there on is spoken first. Clones are one, and
/// what is set counts at once.
#[derive(Clone, Debug, Default)]
pub struct Position(watch::Sender<usize>);

impl Position {
    /// At a segment (index in the plan); one beyond the end is the end.
    #[must_use]
    pub fn new(segment: usize) -> Self {
        Self(watch::Sender::new(segment))
    }

    /// They listen elsewhere.
    pub fn set(&self, segment: usize) {
        self.0.send_replace(segment);
    }

    /// Where they are now.
    #[must_use]
    pub fn get(&self) -> usize {
        *self.0.borrow()
    }

    /// Hears of changes.
    pub(crate) fn watch(&self) -> watch::Receiver<usize> {
        self.0.subscribe()
    }
}
