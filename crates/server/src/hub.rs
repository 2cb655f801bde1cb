//! Events for everybody who listens, resumable.
//!
//! The last few thousand events stay in memory, each with a number. A listener reads from where it
//! was; one that was away for too long, or before the master was started, is told to `reset`: to ask
//! for the present state and go on from there. So a slow listener costs nothing.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::watch;

/// Events that are kept.
const KEPT: usize = 8_192;

/// An event as listeners get it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct News {
    /// Where it stands in the stream: `START-NUMBER`.
    pub(crate) id: String,
    /// `job`, `progress`, `chapter`, `segment`, `worker`, `pulse`, `voice`, `book` or `reset`.
    pub(crate) kind: &'static str,
    /// The job that it is about, if any.
    pub(crate) job: Option<String>,
    /// What happened.
    pub(crate) data: Value,
}

/// The stream of events.
pub(crate) struct Hub {
    /// Tells this run of the master from earlier ones.
    start: String,
    kept: Mutex<Kept>,
    newest: watch::Sender<u64>,
}

#[derive(Default)]
struct Kept {
    /// Number of the next event.
    next: u64,
    events: VecDeque<(u64, News)>,
}

/// A place in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u64);

impl Hub {
    pub(crate) fn new(start: String) -> Self {
        Self {
            start,
            kept: Mutex::default(),
            newest: watch::Sender::new(0),
        }
    }

    /// Tells everybody.
    pub(crate) fn tell(&self, kind: &'static str, job: Option<&str>, data: Value) {
        let next = {
            let mut kept = self.kept();
            let number = kept.next;
            kept.next += 1;
            if kept.events.len() == KEPT {
                kept.events.pop_front();
            }
            let news = News {
                id: self.id(number),
                kind,
                job: job.map(str::to_owned),
                data,
            };
            kept.events.push_back((number, news));
            kept.next
        };
        self.newest.send_replace(next);
    }

    /// Where a listener goes on that has heard the event `last`; without it, now.
    pub(crate) fn place(&self, last: Option<&str>) -> Option<Place> {
        let next = self.kept().next;
        let Some(last) = last else {
            return Some(Place(next));
        };
        let (start, number) = last.rsplit_once('-')?;
        let number: u64 = number.parse().ok()?;
        (start == self.start && number < next).then(|| Place(number + 1))
    }

    /// What came after a place, and the place after that. `None` when some of it is gone.
    pub(crate) fn since(&self, place: Place) -> Option<(Vec<News>, Place)> {
        let kept = self.kept();
        let oldest = kept.next - kept.events.len() as u64;
        let skip = usize::try_from(place.0.checked_sub(oldest)?).ok()?;
        let news = kept.events.iter().skip(skip);
        Some((
            news.map(|(_, news)| news.clone()).collect(),
            Place(kept.next),
        ))
    }

    /// Id of the newest event: whoever looks at the present state now goes on from there.
    pub(crate) fn newest(&self) -> String {
        self.id(self.kept().next.wrapping_sub(1))
    }

    fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.start)
    }

    /// The event that sends a listener back to the present.
    pub(crate) fn reset(&self) -> (News, Place) {
        let next = self.kept().next;
        let news = News {
            id: self.id(next.wrapping_sub(1)),
            kind: "reset",
            job: None,
            data: Value::Null,
        };
        (news, Place(next))
    }

    /// Ends when there is something after a place.
    pub(crate) async fn changed(&self, place: Place) {
        let mut newest = self.newest.subscribe();
        // The sender lives as long as this.
        let _ = newest.wait_for(|next| *next > place.0).await;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_listener_goes_on_where_it_was() {
        let hub = Hub::new("a".to_owned());
        for number in 0..5 {
            hub.tell("job", Some("j"), json!(number));
        }
        let place = hub.place(Some("a-2")).unwrap();
        let (news, place) = hub.since(place).unwrap();
        let ids: Vec<_> = news.iter().map(|news| news.id.as_str()).collect();
        assert_eq!(ids, ["a-3", "a-4"]);
        assert_eq!(hub.since(place).unwrap().0, []);
        assert_eq!(hub.place(None), Some(place));
    }

    #[test]
    fn a_listener_of_an_earlier_run_or_of_long_ago_starts_anew() {
        let hub = Hub::new("b".to_owned());
        hub.tell("job", None, json!(0));
        for unknown in ["a-0", "b-1", "b-x", "b", "", "b-18446744073709551615"] {
            assert_eq!(hub.place(Some(unknown)), None, "{unknown}");
        }
        let place = hub.place(Some("b-0")).unwrap();
        for number in 0..=KEPT {
            hub.tell("job", None, json!(number));
        }
        assert_eq!(hub.since(place), None);
        let (news, place) = hub.reset();
        assert_eq!(hub.place(Some(&news.id)), Some(place));
    }

    #[tokio::test]
    async fn a_listener_is_woken() {
        let hub = std::sync::Arc::new(Hub::new("c".to_owned()));
        let place = hub.place(None).unwrap();
        let listener = tokio::spawn({
            let hub = std::sync::Arc::clone(&hub);
            async move { hub.changed(place).await }
        });
        tokio::task::yield_now().await;
        hub.tell("job", None, json!(1));
        listener.await.unwrap();
    }
}
