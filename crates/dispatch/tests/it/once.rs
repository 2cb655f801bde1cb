//! Single texts, spoken by a cluster.

use std::sync::Arc;
use std::time::Duration;

use audiotome_core::{Clip, Language, Speed, Utterance};
use audiotome_dispatch::{Cluster, Dispatcher, OnceError, Settings, speak_once};

use crate::fakes::Scripted;
use crate::http::{remote, worker};
use crate::{alone, sentences};

async fn say(cluster: &Arc<Cluster>, text: &str) -> Result<Clip, OnceError> {
    let utterance = Utterance {
        text: text.into(),
        voice: "v".into(),
        language: Language::new("en"),
        speed: Speed::NORMAL,
    };
    let settings = Settings {
        patience: Duration::from_millis(300),
        ..Settings::default()
    };
    speak_once(
        &Dispatcher::Direct(Arc::clone(cluster)),
        &sentences(1).narration,
        utterance,
        settings,
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_tried_again_like_a_segment() {
    let engine = Arc::new(Scripted::failing("Hello", 2));
    let clip = say(&alone(&engine, 1), "Hello there.").await.unwrap();
    assert!(clip.duration() > Duration::from_millis(500));
    assert_eq!(engine.calls().len(), 3);
    // Nothing is remembered: who wants a clip kept has a store.
    say(&alone(&engine, 1), "Hello there.").await.unwrap();
    assert_eq!(engine.calls().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_can_say_is_said() {
    let engine = Arc::new(Scripted::silent("Hello"));
    let error = say(&alone(&engine, 1), "Hello there.").await.unwrap_err();
    assert!(
        matches!(&error, OnceError::Unspeakable(reason) if reason.contains("silent")),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_gives_the_turn_back() {
    let engine = Arc::new(Scripted::shut());
    let cluster = alone(&engine, 1);
    let asked = tokio::spawn({
        let cluster = cluster.clone();
        async move { say(&cluster, "Hello there.").await }
    });
    while engine.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    let member = cluster.find("this machine").unwrap();
    assert_eq!(member.status().busy, 1);
    asked.abort();
    while member.status().busy > 0 {
        tokio::task::yield_now().await;
    }
    engine.open();
    say(&cluster, "Hello again.").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_is_at_work_it_ends_after_a_while() {
    let gone = worker(&Arc::new(Scripted::default()), 1).await;
    let address = gone.address;
    drop(gone);
    let away = Arc::new(Cluster::of([remote(address, None)]));
    let other = worker(&Arc::new(Scripted::versioned("2")), 1).await;
    let unfit = Arc::new(Cluster::of([remote(other.address, None)]));
    let nobody = Arc::new(Cluster::default());
    for (cluster, expected) in [
        (away, address.to_string()),
        (unfit, "scripted/2".to_owned()),
        (nobody, "no workers".to_owned()),
    ] {
        let error = say(&cluster, "Hello there.").await.unwrap_err();
        let OnceError::Nobody(reason) = error else {
            panic!("{error}");
        };
        assert!(reason.contains(&expected), "{reason}");
    }
}
