//! Chapters are encoded while later ones are still being spoken.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use audiotome_audio::ffmpeg::Ffmpeg;
use audiotome_audio::{
    Assembly, AudioError, EncodedChapter, Loudness, OutputFormat, encode_chapter, measure_gain,
};
use audiotome_core::{AudioStore, Event, Plan};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::{JoinError, JoinSet};

use crate::report::Reporter;
use crate::{MakeError, Report};

/// The encoded chapters of a book, in reading order, and the settings that they share.
pub(crate) struct Encoded {
    pub(crate) chapters: Vec<EncodedChapter>,
    pub(crate) assembly: Arc<Assembly>,
}

/// How the chapters of one book are encoded.
pub(crate) struct Encoding {
    pub(crate) plan: Arc<Plan>,
    pub(crate) store: Arc<dyn AudioStore>,
    pub(crate) loudness: Loudness,
    pub(crate) work: PathBuf,
    pub(crate) format: OutputFormat,
    pub(crate) ffmpeg: Ffmpeg,
    /// Chapters encoded at once, at most.
    pub(crate) at_once: usize,
}

impl Encoding {
    /// Follows the events of speaking until they end and encodes every chapter that is whole. `None`
    /// when the loudness of the voice could not be measured, as clips of the first minute are missing.
    pub(crate) async fn run(
        self,
        mut events: UnboundedReceiver<Event>,
        report: Reporter<'_>,
    ) -> Result<Option<Encoded>, MakeError> {
        let mut assembly = None;
        let mut waiting = Vec::new();
        let mut encoders = JoinSet::new();
        let mut chapters = Vec::new();
        let turns = Arc::new(Semaphore::new(self.at_once));
        loop {
            tokio::select! {
                event = events.recv() => {
                    let Some(event) = event else { break };
                    report(Report::Event(&event));
                    let Event::ChapterSpoken { chapter } = event else { continue };
                    waiting.push(chapter);
                    if assembly.is_none() {
                        assembly = self.assembly().await?;
                    }
                    if let Some(assembly) = &assembly {
                        for chapter in waiting.drain(..) {
                            encoders.spawn(self.encode(chapter, Arc::clone(assembly), Arc::clone(&turns)));
                        }
                    }
                }
                Some(chapter) = encoders.join_next() => chapters.push(tell(joined(chapter)?, report)),
            }
        }
        while let Some(chapter) = encoders.join_next().await {
            chapters.push(tell(joined(chapter)?, report));
        }
        chapters.sort_by_key(|chapter| chapter.chapter);
        Ok(assembly.map(|assembly| Encoded { chapters, assembly }))
    }

    /// The settings that all chapters share, as soon as the loudness of the voice is known.
    async fn assembly(&self) -> Result<Option<Arc<Assembly>>, AudioError> {
        let gain = measure_gain(&*self.store, &self.plan, self.loudness).await?;
        Ok(gain.map(|gain| {
            Arc::new(Assembly::new(
                self.work.clone(),
                self.format,
                gain,
                self.ffmpeg.clone(),
            ))
        }))
    }

    fn encode(
        &self,
        chapter: usize,
        assembly: Arc<Assembly>,
        turns: Arc<Semaphore>,
    ) -> impl Future<Output = Result<EncodedChapter, AudioError>> + 'static {
        let (plan, store) = (Arc::clone(&self.plan), Arc::clone(&self.store));
        async move {
            let _turn = turns
                .acquire()
                .await
                .expect("the semaphore is never closed");
            encode_chapter(&*store, &plan, chapter, &assembly).await
        }
    }
}

fn joined(
    chapter: Result<Result<EncodedChapter, AudioError>, JoinError>,
) -> Result<EncodedChapter, MakeError> {
    let panicked = |panic: JoinError| AudioError::Encoder {
        encoder: "chapter",
        reason: panic.to_string(),
    };
    Ok(chapter.map_err(panicked)??)
}

fn tell(chapter: EncodedChapter, report: &mut (dyn FnMut(Report<'_>) + Send)) -> EncodedChapter {
    let audio = Duration::from_secs_f64(chapter.samples as f64 / f64::from(chapter.sample_rate));
    report(Report::Encoded(&chapter));
    report(Report::Event(&Event::ChapterEncoded {
        chapter: chapter.chapter,
        audio,
    }));
    chapter
}
