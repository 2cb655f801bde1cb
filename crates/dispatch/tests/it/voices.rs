//! A plan of several voices: each is spoken by whoever has exactly that one.

use std::collections::BTreeSet;
use std::sync::Arc;

use audiotome_core::{Event, Plan, SegmentKey};
use audiotome_dispatch::{
    Cluster, DispatchError, Dispatcher, Local, Outcome, Position, Settings, Slots, Speaker,
};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use crate::fakes::{Memory, Scripted, id, plan};

/// Two chapters; every second segment is another version's.
fn two_voices() -> Arc<Plan> {
    let plan = plan(&[
        &[
            "The first sentence of one.",
            "The second one of one.",
            "The third one of one.",
        ],
        &["The first sentence of two.", "The second one of two."],
    ]);
    let mut plan = Plan::clone(&plan);
    for index in (1..plan.segments.len()).step_by(2) {
        let mut engine = id();
        "2".clone_into(&mut engine.version);
        plan.segments[index].engine = Arc::new(engine);
        let narration = plan.narration_of(&plan.segments[index]);
        let utterance = &plan.segments[index].utterance;
        let key = SegmentKey::new(&narration, &utterance.language, &utterance.text);
        plan.segments[index].key = key;
    }
    Arc::new(plan)
}

fn local(name: &str, engine: Scripted) -> Arc<dyn Speaker> {
    Arc::new(Local::single(name, Arc::new(engine), Slots::new(1)))
}

async fn speak(
    plan: &Arc<Plan>,
    speakers: Vec<Arc<dyn Speaker>>,
    settings: Settings,
) -> (Result<Outcome, DispatchError>, Vec<Event>) {
    let dispatcher = Dispatcher::Direct(Arc::new(Cluster::of(speakers)));
    let (sender, mut events) = unbounded_channel();
    let store = Arc::new(Memory::default());
    let never = CancellationToken::new();
    let outcome = dispatcher
        .speak(plan, "a book", store, settings, sender, never)
        .await;
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        told.push(event);
    }
    (outcome, told)
}

#[tokio::test]
async fn each_voice_is_spoken_by_who_has_it_and_told_as_one_book() {
    let plan = two_voices();
    let speakers = vec![
        local("one", Scripted::default()),
        local("two", Scripted::versioned("2")),
    ];
    let settings = Settings {
        position: Position::new(3),
        ..Settings::default()
    };
    let (outcome, events) = speak(&plan, speakers, settings).await;
    let outcome = outcome.unwrap();
    assert!(outcome.dead.is_empty() && !outcome.cancelled);
    let spoken: BTreeSet<_> = crate::spoken(&events).into_iter().collect();
    let expected = [(0, "one"), (1, "two"), (2, "one"), (3, "two"), (4, "one")];
    assert_eq!(spoken, expected.into());
    assert!(
        matches!(
            events[0],
            Event::Planned {
                chapters: 2,
                segments: 5,
                reused: 0,
                ..
            }
        ),
        "{:?}",
        events[0]
    );
    let planned = events
        .iter()
        .filter(|event| matches!(event, Event::Planned { .. }));
    assert_eq!(planned.count(), 1);
    let chapters = events.iter().filter_map(|event| match event {
        Event::ChapterSpoken { chapter } => Some(*chapter),
        _ => None,
    });
    let chapters: Vec<_> = chapters.collect();
    assert_eq!(chapters.len(), 2);
    assert_eq!(chapters.into_iter().collect::<BTreeSet<_>>(), [0, 1].into());
}

#[tokio::test]
async fn a_voice_that_nobody_has_ends_the_book() {
    let plan = two_voices();
    let speakers = vec![local("one", Scripted::default())];
    let (outcome, _) = speak(&plan, speakers, Settings::default()).await;
    assert!(
        matches!(&outcome, Err(DispatchError::Nobody { reasons }) if reasons[0].contains("scripted/2")),
        "{outcome:?}"
    );
}
