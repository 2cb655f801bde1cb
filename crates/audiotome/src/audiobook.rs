//! A book's journey: read, plan, speak, encode, publish.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use audiotome_audio::ffmpeg::Ffmpeg;
use audiotome_audio::{AudioError, Audiobook, OutputFormat, Published, Tags, Target, publish};
use audiotome_book::{Limits, pieces, read};
use audiotome_core::{AudioStore, Block, Book, Language, Narration, Plan, StoreError};
use audiotome_dispatch::{Cluster, Outcome, Settings, Slots, speak};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use crate::cli::{ClusterArgs, OutputArgs, ReadingArgs, VoiceArgs};
use crate::cluster::{cluster, helpers, server};
use crate::data::DataFolder;
use crate::encoding::{Encoded, Encoding};
use crate::exit::{ATTENTION, Ending, FAILED, STOPPED};
use crate::finished::Finished;
use crate::format::{count, thousands};
use crate::narrator::Narrator;
use crate::progress::Progress;

/// Damaged clips are spoken again; a disk that damages every clip is not fought for ever.
const ROUNDS: usize = 4;

/// What is wanted of a book.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'a> {
    pub(crate) book: &'a Path,
    pub(crate) reading: &'a ReadingArgs,
    pub(crate) voice: &'a VoiceArgs,
    pub(crate) output: &'a OutputArgs,
    pub(crate) cluster: &'a ClusterArgs,
    pub(crate) slots: Slots,
    pub(crate) force: bool,
    pub(crate) dry_run: bool,
    pub(crate) skip_failed: bool,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Made {
    /// A new audiobook.
    New {
        files: Vec<PathBuf>,
        chapters: usize,
        audio: Duration,
        /// What could not be done as wished.
        warnings: Vec<String>,
    },
    /// The audiobook was there and up to date.
    Already(Vec<PathBuf>),
    /// Only looked at.
    Planned { target: PathBuf },
}

/// Turns one book into an audiobook.
pub(crate) async fn make(
    order: Order<'_>,
    data: &DataFolder,
    progress: &mut Progress,
    cancel: &CancellationToken,
) -> anyhow::Result<Made> {
    let book = read(order.book, &order.reading.options())?;
    let helpers = helpers(order.cluster)?;
    let narrator = Narrator::choose(&language(&book), order.voice, data, server(&helpers))?;
    progress.start(order.book, &book, &narrator);
    let plan = Arc::new(plan(&book, narrator.narration.clone(), order.reading)?);
    let edition = Edition::new(&book, &narrator, order.output)?;
    let finished = Finished::new(data, &plan, &book, &edition.settings)?;
    if let Some(files) = finished.files().filter(|_| !order.force) {
        return Ok(Made::Already(files));
    }
    if order.dry_run {
        return Ok(Made::Planned {
            target: edition.path(),
        });
    }
    edition.check()?;
    let making = Making {
        order,
        data,
        cluster: cluster(
            order.cluster,
            &narrator.engine,
            &plan.narration.voice,
            order.slots,
        )?,
        store: Arc::new(data.store()?),
        ffmpeg: Ffmpeg::find()?,
        cancel,
    };
    let (spoken, encoded) = making.speak_and_encode(Arc::clone(&plan), progress).await?;
    progress.publishing();
    let published = making.publish(&spoken, &encoded, &book, &edition).await?;
    // An audiobook with sentences left out is not the one that was planned: next time they are tried again.
    if spoken.segments.len() == plan.segments.len() {
        finished.record(&published.files)?;
    }
    Ok(Made::new(published))
}

/// The language that the book is read in.
fn language(book: &Book) -> Language {
    let language = book.metadata.language.clone();
    language.unwrap_or_else(Language::undetermined)
}

/// Plans the chapters that are wanted.
fn plan(book: &Book, narration: Narration, reading: &ReadingArgs) -> anyhow::Result<Plan> {
    let chapters = reading.chapters.as_ref();
    let wanted = |number| chapters.is_none_or(|chapters| chapters.contains(number));
    let split = |block: &Block, language: &Language| pieces(block, language, Limits::default());
    let plan = Plan::new(book, narration, wanted, split);
    if plan.segments.is_empty() {
        let message = format!(
            "there is nothing to read: the book has {}",
            count(book.chapters.len(), "chapter")
        );
        return Err(Ending::new(FAILED, message, "`audiotome inspect` lists them").into());
    }
    Ok(plan)
}

/// What the audiobook is called and where it goes.
struct Edition {
    tags: Tags,
    target: Target,
    /// Everything about the output that changes the files.
    settings: String,
    format: OutputFormat,
}

impl Edition {
    fn new(book: &Book, narrator: &Narrator, output: &OutputArgs) -> anyhow::Result<Self> {
        let tags = Tags {
            metadata: book.metadata.clone(),
            narrator: narrator.name(),
        };
        let target = Target::new(&output.output, &tags, output.per_chapter)?;
        Ok(Self {
            settings: output.settings(&target)?,
            format: output.format(),
            tags,
            target,
        })
    }

    /// Finds out early what would fail after hours.
    fn check(&self) -> Result<(), AudioError> {
        let path = match &self.target {
            Target::Chapters { folder } => folder.join("chapter"),
            Target::File(_) | Target::Folder { .. } => self.path(),
        };
        audiotome_files::can_write(&path).map_err(|source| AudioError::File {
            action: "write",
            path,
            source,
        })
    }

    /// The audiobook, or the folder of its chapters.
    fn path(&self) -> PathBuf {
        let folder = self.target.folder().map(Path::to_owned);
        let file = self.target.file(self.format);
        file.or(folder).unwrap_or_default()
    }
}

/// One audiobook on its way.
struct Making<'a> {
    order: Order<'a>,
    data: &'a DataFolder,
    cluster: Arc<Cluster>,
    store: Arc<dyn AudioStore>,
    ffmpeg: Ffmpeg,
    cancel: &'a CancellationToken,
}

impl Making<'_> {
    /// Speaks what is missing and encodes each chapter as soon as it is whole. The plan comes back
    /// without the segments that were skipped.
    async fn speak_and_encode(
        &self,
        mut plan: Arc<Plan>,
        progress: &mut Progress,
    ) -> anyhow::Result<(Arc<Plan>, Encoded)> {
        for _ in 0..ROUNDS {
            let (outcome, encoded) = self.round(&plan, progress).await;
            let outcome = outcome?;
            if self.cancel.is_cancelled() {
                return Err(self.stopped(&plan).await.into());
            }
            match encoded {
                // The clip has been put aside, and counts as missing in the next round.
                Err(error) if is_damaged(&error) => {
                    tracing::warn!(%error, "speaking a damaged clip again")
                }
                Err(error) => return Err(error),
                Ok(_) if !outcome.dead.is_empty() => plan = Arc::new(self.skip(&plan, &outcome)?),
                Ok(encoded) => return Ok((plan, encoded)),
            }
        }
        let message = format!(
            "clips in `{}` get damaged again and again",
            self.data.clips().display()
        );
        Err(Ending::new(
            FAILED,
            message,
            "check the disk, or name another folder with `--data`",
        )
        .into())
    }

    /// One pass over the plan: speaking and encoding side by side.
    async fn round(
        &self,
        plan: &Arc<Plan>,
        progress: &mut Progress,
    ) -> (anyhow::Result<Outcome>, anyhow::Result<Encoded>) {
        let (sender, receiver) = unbounded_channel();
        let settings = Settings {
            patience: Duration::from_secs(self.order.cluster.patience.into()),
            ..Settings::default()
        };
        let stop = self.cancel.child_token();
        let speaking = speak(
            plan,
            &self.cluster,
            Arc::clone(&self.store),
            settings,
            sender,
            stop.clone(),
        );
        let encoding = Encoding {
            plan: Arc::clone(plan),
            store: Arc::clone(&self.store),
            loudness: self.order.output.loudness,
            work: self.data.chapters(),
            format: self.order.output.format(),
            ffmpeg: self.ffmpeg.clone(),
            at_once: self.order.slots.count(),
        };
        // No use in speaking on when the audiobook can't be made.
        let encoding = async {
            encoding
                .run(receiver, progress)
                .await
                .inspect_err(|_| stop.cancel())
        };
        let (outcome, encoded) = tokio::join!(speaking, encoding);
        (outcome.map_err(Into::into), encoded)
    }

    /// Leaves out what could not be spoken, when the user said so.
    fn skip(&self, plan: &Plan, outcome: &Outcome) -> Result<Plan, Ending> {
        let mut dead: Vec<_> = outcome.dead.iter().map(|letter| letter.task).collect();
        if !self.order.skip_failed {
            let letter = &outcome.dead[0];
            let segment = &plan.segments[letter.task];
            let chapter = &plan.chapters[plan.chapter_of(letter.task)];
            let message = format!(
                "{} could not be spoken; the first, in chapter {} (`{}`): `{}` ({})",
                count(dead.len(), "sentence"),
                chapter.number,
                chapter.title,
                segment.source,
                letter
                    .history
                    .last()
                    .map_or("no reason given", String::as_str),
            );
            let hint = "everything else is kept: run again to try once more, choose another voice, or leave them out with `--skip-failed`";
            return Err(Ending::new(ATTENTION, message, hint));
        }
        let keys: Vec<_> = dead.iter().map(|index| plan.segments[*index].key).collect();
        dead = (0..plan.segments.len())
            .filter(|index| keys.contains(&plan.segments[*index].key))
            .collect();
        let plan = plan.without(&dead);
        if plan.segments.is_empty() {
            return Err(Ending::new(
                FAILED,
                "not one sentence could be spoken",
                "`audiotome say` tries the voice; `audiotome doctor` looks at this machine",
            ));
        }
        Ok(plan)
    }

    async fn stopped(&self, plan: &Plan) -> Ending {
        let keys: Vec<_> = plan.segments.iter().map(|segment| segment.key).collect();
        let missing = self
            .store
            .missing(&keys)
            .await
            .map_or(keys.len(), |missing| missing.len());
        let message = format!(
            "stopped: {} of {} are spoken and kept",
            thousands(keys.len() - missing),
            count(keys.len(), "sentence")
        );
        Ending::new(STOPPED, message, "run the same command again to go on")
    }

    async fn publish(
        &self,
        plan: &Plan,
        encoded: &Encoded,
        book: &Book,
        edition: &Edition,
    ) -> anyhow::Result<Published> {
        let assembly = encoded.assembly.as_ref().context("there are no chapters")?;
        let audiobook = Audiobook {
            plan,
            chapters: &encoded.chapters,
            tags: &edition.tags,
            cover: book.cover.as_ref(),
            ebook: Some(self.order.book),
        };
        let published = tokio::select! {
            published = publish(audiobook, edition.format, &edition.target, assembly) => published?,
            () = self.cancel.cancelled() => return Err(self.stopped(plan).await.into()),
        };
        if let Some(path) = &self.order.output.timeline {
            let json = serde_json::to_vec(&published.timeline)?;
            audiotome_files::write(path, &json)
                .with_context(|| format!("can't write `{}`", path.display()))?;
        }
        Ok(published)
    }
}

impl Made {
    fn new(published: Published) -> Self {
        let timeline = &published.timeline;
        let audio =
            Duration::from_secs_f64(timeline.samples as f64 / f64::from(timeline.sample_rate));
        Self::New {
            chapters: timeline.chapters.len(),
            audio,
            files: published.files,
            warnings: published.warnings,
        }
    }

    pub(crate) fn files(&self) -> &[PathBuf] {
        match self {
            Self::New { files, .. } | Self::Already(files) => files,
            Self::Planned { .. } => &[],
        }
    }
}

fn is_damaged(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        matches!(cause.downcast_ref(), Some(StoreError::Damaged { .. }))
            || matches!(
                cause.downcast_ref(),
                Some(AudioError::Store(StoreError::Damaged { .. }))
            )
    })
}
