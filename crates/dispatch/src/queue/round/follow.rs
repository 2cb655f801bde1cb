//! Reading where somebody listens.

use super::{QueueRound, State};

/// Of so many segments, two minutes and more, one is looked for at which nobody is yet.
const LOOKED_AT: usize = 500;
/// Of so many, those that have their places before are taken out of them.
const SOON: usize = 100;

impl QueueRound<'_> {
    /// The tasks in the order in which they are needed.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let position = self.settings.position.get();
        self.missing.order_from(self.plan, position)
    }

    /// Lets the queue go on where somebody listens, unless it does.
    pub(super) async fn follow(&mut self) {
        let position = self.settings.position.get();
        if position == self.position {
            return;
        }
        let (needed, _) = self.missing.needed_from(self.plan, position);
        let open = |task: &usize| self.states[*task] == State::Open;
        let needed: Vec<_> = needed.into_iter().filter(open).take(LOOKED_AT).collect();
        let comes_later = |task: &usize| self.missing.segments[*task] >= position;
        let from: Vec<_> = needed.iter().copied().filter(comes_later).collect();
        // The opening of the book, and what was to be heard before for the first time.
        let soon = needed.into_iter().take(SOON);
        let ahead: Vec<_> = soon.filter(|task| !comes_later(task)).collect();
        let [ahead, from] = [ahead, from].map(|tasks| self.keys(&tasks));
        let urged = self.producer.queue.urge(&self.id, &ahead, &from).await;
        if urged.is_ok() {
            self.position = position;
        }
    }
}
