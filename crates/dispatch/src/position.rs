//! Where somebody listens.

use std::sync::Arc;

use tokio::sync::watch;

/// The segment of a plan at which somebody listens: what comes from there on is spoken first. Clones are one, and
/// what is set counts at once.
#[derive(Clone, Debug, Default)]
pub struct Position {
    segment: watch::Sender<usize>,
    /// The segments that count, in order, where not all of the plan's do.
    among: Option<Arc<Vec<usize>>>,
}

impl Position {
    /// At a segment (index in the plan); one beyond the end is the end.
    #[must_use]
    pub fn new(segment: usize) -> Self {
        Self {
            segment: watch::Sender::new(segment),
            among: None,
        }
    }

    /// They listen elsewhere.
    pub fn set(&self, segment: usize) {
        self.segment.send_replace(segment);
    }

    /// Where they are now.
    #[must_use]
    pub fn get(&self) -> usize {
        let segment = *self.segment.borrow();
        match &self.among {
            None => segment,
            Some(among) => among.partition_point(|other| *other < segment),
        }
    }

    /// The same place for whoever has only these segments of the plan: the first of them from there on.
    pub(crate) fn within(&self, segments: &Arc<Vec<usize>>) -> Self {
        Self {
            segment: self.segment.clone(),
            among: Some(Arc::clone(segments)),
        }
    }

    /// Hears of changes.
    pub(crate) fn watch(&self) -> watch::Receiver<usize> {
        self.segment.subscribe()
    }
}
