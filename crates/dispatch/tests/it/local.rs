//! This machine's engines: whatever its repertoire opens.

use std::sync::Arc;

use audiotome_core::{EngineId, SpeechEngine};
use audiotome_dispatch::wire::OfferedVoice;
use audiotome_dispatch::{
    Cluster, Fitness, Local, Opened, Repertoire, RepertoireError, Slots, Speaker,
};

use crate::fakes::Scripted;
use crate::http::run;
use crate::{assert_complete, sentences};

/// Two engines under their versions, and one that is broken.
struct Shelf([Arc<Scripted>; 2]);

impl Repertoire for Shelf {
    fn voices(&self) -> Vec<OfferedVoice> {
        Vec::new()
    }

    fn open(&self, _: &str, voice: &str) -> Result<Opened, RepertoireError> {
        let engine = match voice {
            "v" => self.0[0].clone(),
            "w" => self.0[1].clone(),
            "broken" => return Err(RepertoireError::Broken("half a file".to_owned())),
            _ => return Err(RepertoireError::NotFound(format!("no voice `{voice}`"))),
        };
        Ok(Opened {
            engine,
            voice: voice.to_owned(),
        })
    }

    fn opened(&self) -> Vec<Arc<dyn SpeechEngine>> {
        Vec::new()
    }
}

fn shelf() -> (Arc<Shelf>, Arc<dyn Speaker>) {
    let engines = ["1", "2"].map(|version| Arc::new(Scripted::versioned(version)));
    let shelf = Arc::new(Shelf(engines));
    let local = Arc::new(Local::new("here", shelf.clone(), Slots::new(2)));
    (shelf, local)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_with_different_voices_share_a_machine() {
    let (shelf, local) = shelf();
    let cluster = Arc::new(Cluster::of([local]));
    let other = {
        let mut plan = (*sentences(4)).clone();
        plan.narration.engine = shelf.0[1].id().clone();
        plan.narration.voice = "w".to_owned();
        let engine = Arc::new(plan.narration.engine.clone());
        for segment in &mut plan.segments {
            segment.engine = Arc::clone(&engine);
            segment.utterance.voice = "w".into();
        }
        Arc::new(plan)
    };
    let plan = sentences(3);
    let ((one, events), (two, others)) = tokio::join!(run(&plan, &cluster), run(&other, &cluster));
    assert_complete(&one, &events, 3);
    assert_complete(&two, &others, 4);
    assert_eq!((shelf.0[0].calls().len(), shelf.0[1].calls().len()), (3, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_opened_is_unfit_or_away() {
    let (_, local) = shelf();
    let fitness = async |voice: &str, version: &str| {
        let mut narration = sentences(1).narration.clone();
        narration.voice = voice.to_owned();
        narration.engine = EngineId {
            version: version.to_owned(),
            ..narration.engine
        };
        local.fitness(&narration).await
    };
    assert_eq!(fitness("v", "1").await, Fitness::Fit { requests: 2 });
    assert_eq!(fitness("w", "2").await, Fitness::Fit { requests: 2 });
    let unfit = |reason: &str| Fitness::Unfit(reason.to_owned());
    let reason = "it speaks with scripted/1, not scripted/2";
    assert_eq!(fitness("v", "2").await, unfit(reason));
    assert_eq!(fitness("x", "1").await, unfit("no voice `x`"));
    let away = Fitness::Away("half a file".to_owned());
    assert_eq!(fitness("broken", "1").await, away);
}
