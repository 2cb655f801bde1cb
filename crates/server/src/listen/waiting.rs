//! What is not spoken yet is waited for, and spoken first.

use std::time::Duration;

use tokio::time::Instant;

use crate::board::SegmentState;
use crate::database::{DatabaseError, jobs};
use crate::hub;
use crate::job::{Job, JobState};
use crate::master::{Master, SharedBoard, lock};

/// A job that has just been made is started within milliseconds, where its turn has come.
const STARTING: Duration = Duration::from_millis(500);

impl Master {
    /// Somebody listens at a segment (index in the plan): what comes from there on is spoken next.
    pub(crate) async fn listens_at(&self, job: &Job, segment: usize) -> Result<(), DatabaseError> {
        if let Some(running) = self.running().get(&job.id) {
            running.position.set(segment);
        }
        // A player says so often: it is no event, and not worth an entry in the history.
        if job.record.position == segment {
            return Ok(());
        }
        let id = job.id.clone();
        let kept = self
            .database
            .call(move |connection| jobs::put_position(connection, &id, segment));
        kept.await
    }

    /// Has a segment spoken next that somebody waits for, where others would be spoken before it.
    pub(super) async fn urge(
        &self,
        job: &Job,
        board: &SharedBoard,
        segment: usize,
    ) -> Result<(), DatabaseError> {
        let position = self
            .running()
            .get(&job.id)
            .map(|running| running.position.get());
        let position = position.unwrap_or(job.record.position);
        let is_next = {
            let board = lock(board);
            let mut before = position..segment;
            position <= segment && before.all(|index| board.state(index) == SegmentState::Done)
        };
        if is_next {
            return Ok(());
        }
        self.listens_at(job, segment).await
    }

    /// Waits for a job that begins to know its plan, so that it is not planned twice; `false` when it does
    /// not know it until `deadline`.
    pub(crate) async fn is_planned(&self, job: &Job, deadline: Instant) -> bool {
        let soon = Instant::now() + STARTING;
        loop {
            let now = self.hub.place(None);
            let board = self
                .running()
                .get(&job.id)
                .map(|running| running.board.is_some());
            let until = match board {
                Some(true) => return true,
                Some(false) => deadline,
                None if job.state == JobState::Queued && self.has_room() => soon.min(deadline),
                None => return true,
            };
            if !self.news(now, until).await {
                return board.is_none();
            }
        }
    }

    /// Whether another job would be started at once.
    fn has_room(&self) -> bool {
        self.running().len() < self.settings.jobs_at_once
    }

    /// Waits until anything happens after a place in the events; `false` when nothing does until `deadline`.
    async fn news(&self, place: Option<hub::Place>, deadline: Instant) -> bool {
        let changed = async {
            match place {
                Some(place) => self.hub.changed(place).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = changed => true,
            () = self.drain.cancelled() => false,
            () = tokio::time::sleep_until(deadline) => false,
        }
    }

    /// Waits until a segment is spoken; `false` when that does not happen until `deadline`.
    pub(super) async fn spoken(
        &self,
        job: &Job,
        mut board: SharedBoard,
        segment: usize,
        deadline: Instant,
    ) -> bool {
        loop {
            let now = self.hub.place(None);
            // A job that has begun since has another board.
            board = self.live_board(&job.id).unwrap_or(board);
            let state = {
                let board = lock(&board);
                let there = segment < board.plan.segments.len();
                there.then(|| board.state(segment))
            };
            let is_done = match state {
                Some(SegmentState::Done) => true,
                Some(SegmentState::Dead) => job.order.skip_failed,
                _ => false,
            };
            if is_done {
                return Instant::now() < deadline;
            }
            if !self.news(now, deadline).await {
                return false;
            }
        }
    }
}
