//! Engines that refuse whatever they are asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use audiotome_core::{Clip, EngineId, Event, SpeechEngine, SpeechError, Utterance, Voice};
use audiotome_dispatch::{Cluster, DispatchError, Local, Slots, Speaker};

use crate::fakes::{Scripted, id};
use crate::http::{run, start};
use crate::{assert_complete, sentences};

/// Refuses as often as it is told, and then speaks.
struct Refusing {
    id: EngineId,
    error: SpeechError,
    times: usize,
    asked: AtomicUsize,
    then: Scripted,
}

impl Refusing {
    fn new(error: SpeechError, times: usize) -> Arc<Self> {
        Arc::new(Self {
            id: id(),
            error,
            times,
            asked: AtomicUsize::new(0),
            then: Scripted::default(),
        })
    }
}

impl SpeechEngine for Refusing {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn voices(&self) -> &[Voice] {
        &[]
    }

    fn synthesize(&self, utterance: &Utterance) -> Result<Clip, SpeechError> {
        if self.asked.fetch_add(1, Ordering::SeqCst) < self.times {
            return Err(self.error.clone());
        }
        self.then.synthesize(utterance)
    }
}

fn local(name: &str, engine: &Arc<Refusing>) -> Arc<dyn Speaker> {
    Arc::new(Local::single(name, engine.clone(), Slots::new(1)))
}

fn died(events: &[Event]) -> usize {
    let died = |event: &&Event| matches!(event, Event::Died { .. });
    events.iter().filter(died).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_all_is_refused_the_book_is_refused_once() {
    for error in [
        SpeechError::Permanent("no voice `x`".to_owned()),
        SpeechError::Transient("no voice `x`".to_owned()),
    ] {
        let engine = Refusing::new(error, usize::MAX);
        let cluster = Arc::new(Cluster::of([local("here", &engine)]));
        let (outcome, events) = start(&sentences(200), &cluster, Duration::from_secs(9))
            .end()
            .await;
        let error = outcome.unwrap_err();
        assert!(
            matches!(&error, DispatchError::Refused { sentences: 10, reason } if reason == "no voice `x`"),
            "{error}"
        );
        // A speaker has two places: another one may be on its way.
        assert!(died(&events) <= 11, "the rest is not tried");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_text_and_one_of_which_something_was_spoken_have_dead_letters() {
    let engine = Refusing::new(SpeechError::Permanent("no".to_owned()), usize::MAX);
    let cluster = Arc::new(Cluster::of([local("here", &engine)]));
    let (outcome, _) = run(&sentences(9), &cluster).await;
    assert_eq!(outcome.dead.len(), 9);
    let engine = Refusing::new(SpeechError::Permanent("no".to_owned()), 9);
    let cluster = Arc::new(Cluster::of([local("here", &engine)]));
    let (outcome, events) = run(&sentences(40), &cluster).await;
    assert_eq!((outcome.dead.len(), died(&events)), (9, 9));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_turns_everybody_away_takes_no_part_and_fails_no_segment() {
    let locked = Refusing::new(SpeechError::Unusable("the key".to_owned()), usize::MAX);
    let good = Refusing::new(SpeechError::Unusable(String::new()), 0);
    let cluster = Arc::new(Cluster::of([
        local("locked", &locked),
        local("good", &good),
    ]));
    let (outcome, events) = run(&sentences(30), &cluster).await;
    assert_complete(&outcome, &events, 30);
    let unfit = |event: &Event| matches!(event, Event::WorkerUnfit { worker, reason } if worker == "locked" && reason == "the key");
    assert!(events.iter().any(unfit));
    let failed = |event: &Event| matches!(event, Event::Retried { .. } | Event::Died { .. });
    assert!(!events.iter().any(failed), "{events:?}");
    // Where there is nobody else, that is why.
    let cluster = Arc::new(Cluster::of([local("locked", &locked)]));
    let (outcome, events) = start(&sentences(30), &cluster, Duration::from_secs(9))
        .end()
        .await;
    let error = outcome.unwrap_err();
    assert!(
        matches!(&error, DispatchError::Nobody { reasons } if *reasons == ["locked: the key"]),
        "{error}"
    );
    assert_eq!(died(&events), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_busy_is_waited_for() {
    let engine = Refusing::new(SpeechError::Busy(Duration::from_millis(10)), 6);
    let cluster = Arc::new(Cluster::of([local("busy", &engine)]));
    let (outcome, events) = run(&sentences(3), &cluster).await;
    assert_complete(&outcome, &events, 3);
}
