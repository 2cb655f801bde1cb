//! Books that wait for workers, and workers that are taken out.

use std::sync::Arc;
use std::time::Duration;

use audiotome_core::{Event, Plan};
use audiotome_dispatch::{Cluster, Local, MemberState, Settings, Slots, Speaker};

use crate::fakes::Scripted;
use crate::http::{Speaking, remote, start, start_with, worker};
use crate::{assert_complete, sentences, spoken};

fn patient(plan: &Arc<Plan>, cluster: &Arc<Cluster>) -> Speaking {
    let settings = Settings {
        wait_for_members: true,
        ..Settings::default()
    };
    start_with(plan, cluster, settings)
}

fn is_waiting(event: &Event) -> bool {
    matches!(event, Event::Waiting { .. })
}

/// Why nobody was at work, each time.
fn reasons(events: &[Event]) -> Vec<&str> {
    let reasons = events.iter().filter_map(|event| match event {
        Event::Waiting { reason } => Some(reason.as_str()),
        _ => None,
    });
    reasons.collect()
}

fn local(name: &str, engine: &Arc<Scripted>) -> Arc<dyn Speaker> {
    Arc::new(Local::single(name, engine.clone(), Slots::new(1)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_workers_a_book_waits_for_the_first() {
    let cluster = Arc::new(Cluster::default());
    let mut speaking = patient(&sentences(4), &cluster);
    speaking.until(is_waiting).await;
    assert!(speaking.is_running());
    let served = worker(&Arc::new(Scripted::default()), 1).await;
    cluster.add(remote(served.address, None));
    let (outcome, events) = speaking.end().await;
    assert_complete(&outcome.unwrap(), &events, 4);
    assert_eq!(reasons(&events), ["there are no workers"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_wait_is_told_that_there_are_none() {
    let cluster = Arc::new(Cluster::default());
    let (outcome, events) = start(&sentences(1), &cluster, Duration::from_secs(1))
        .end()
        .await;
    let message = outcome.unwrap_err().to_string();
    assert!(message.contains("no workers"), "{message}");
    assert_eq!(reasons(&events), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_none_fits_a_book_waits_for_one_that_does() {
    let other = worker(&Arc::new(Scripted::versioned("2")), 1).await;
    let cluster = Arc::new(Cluster::of([remote(other.address, None)]));
    let mut speaking = patient(&sentences(4), &cluster);
    speaking.until(is_waiting).await;
    let fits = worker(&Arc::new(Scripted::default()), 1).await;
    cluster.add(remote(fits.address, None));
    let (outcome, events) = speaking.end().await;
    assert_complete(&outcome.unwrap(), &events, 4);
    let reasons = reasons(&events);
    assert!(
        reasons.len() == 1 && reasons[0].contains("scripted/2"),
        "{reasons:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_all_are_away_it_is_said_once() {
    let engine = Arc::new(Scripted::default());
    let gone = worker(&engine, 1).await;
    let address = gone.address;
    drop(gone);
    let cluster = Arc::new(Cluster::of([remote(address, None)]));
    let mut speaking = patient(&sentences(4), &cluster);
    speaking.until(is_waiting).await;
    let member = cluster.find(&address.to_string()).unwrap();
    assert_eq!(member.status().state, MemberState::Resting);
    // The same machine again, after it left: it is another member then.
    assert!(cluster.remove(&address.to_string()));
    speaking.until(is_waiting).await;
    let back = worker(&engine, 1).await;
    cluster.add(remote(back.address, None));
    let (outcome, events) = speaking.end().await;
    assert_complete(&outcome.unwrap(), &events, 4);
    let reasons = reasons(&events);
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].contains(&address.to_string()), "{reasons:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_removed_worker_was_asked_for_is_spoken_by_others() {
    let (stuck, quick) = (Arc::new(Scripted::shut()), Arc::new(Scripted::default()));
    let cluster = Arc::new(Cluster::of([local("stuck", &stuck)]));
    let mut speaking = patient(&sentences(6), &cluster);
    let begun = |event: &Event| matches!(event, Event::Speaking { segment: 0, .. });
    speaking.until(begun).await;
    let member = cluster.find("stuck").unwrap();
    assert_eq!((member.status().requests, member.status().busy), (1, 1));
    assert!(cluster.remove("stuck") && !cluster.remove("stuck"));
    assert!(cluster.find("stuck").is_none());
    cluster.add(local("quick", &quick));
    let (outcome, events) = speaking.end().await;
    assert_complete(&outcome.unwrap(), &events, 6);
    assert!(spoken(&events).iter().all(|(_, worker)| *worker == "quick"));
    assert_eq!((member.status().busy, member.status().segments), (0, 0));
    assert_eq!(member.status().state, MemberState::Draining);
    stuck.open();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_tells_what_it_has_done() {
    let cluster = Arc::new(Cluster::of([local(
        "busy",
        &Arc::new(Scripted::failing("sentence 2 ", 1)),
    )]));
    let (outcome, events) = start(&sentences(5), &cluster, Duration::from_secs(1))
        .end()
        .await;
    assert_complete(&outcome.unwrap(), &events, 5);
    let status = cluster.find("busy").unwrap().status();
    assert_eq!(status.state, MemberState::Well);
    assert_eq!((status.segments, status.failures, status.busy), (5, 1, 0));
    assert_eq!(status.characters, 5 * 27);
    assert!(status.characters_per_second > 0.0);
    let json = serde_json::to_value(&status).unwrap();
    assert_eq!(
        (&json["state"], &json["requests"]),
        (&"well".into(), &1.into())
    );
}
