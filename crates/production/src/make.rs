//! A book's journey: read, plan, speak, encode, publish.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use audiotome_audio::ffmpeg::Ffmpeg;
use audiotome_audio::{Audiobook, Published, one_rate, publish};
use audiotome_book::{as_told, mark_foreign, pieces, read};
use audiotome_core::{AudioStore, Block, Book, Cast, Language, Plan};
use audiotome_dispatch::{Outcome, Position, Priority, Settings};
use rayon::prelude::*;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use crate::cast::Company;
use crate::claim::Claim;
use crate::edition::Edition;
use crate::encoding::{Encoded, Encoding};
use crate::error::Dead;
use crate::finished::Finished;
use crate::report::Reporter;
use crate::{Correction, MakeError, Narrator, Order, OutputWish, Report, Studio};

/// Clips that are damaged or gone are spoken again; a disk that loses every clip is not fought for ever.
const ROUNDS: usize = 4;

/// How an order is carried out this time.
#[derive(Clone, Debug)]
pub struct Run {
    /// Make the audiobook although it is there and up to date.
    pub force: bool,
    /// Only say what would be done.
    pub dry_run: bool,
    /// How urgent it is compared with other audiobooks.
    pub priority: Priority,
    /// Where somebody listens to it already.
    pub position: Position,
    /// The job of a master that it is for, if any.
    pub job: Option<String>,
    /// Stops it: what is being spoken is finished and kept.
    pub cancel: CancellationToken,
}

/// What became of it.
#[derive(Debug)]
pub enum Made {
    /// A new audiobook.
    New {
        /// All files, audio first.
        files: Vec<PathBuf>,
        /// Chapters.
        chapters: usize,
        /// Length.
        audio: Duration,
        /// What could not be done as wished.
        warnings: Vec<String>,
    },
    /// The audiobook was there and up to date.
    Already(Vec<PathBuf>),
    /// Only looked at.
    Planned {
        /// The file, or folder, that would be made.
        target: PathBuf,
    },
}

/// A book that was looked at: what would be read, and by whom.
#[derive(Debug)]
pub struct Look {
    /// The book.
    pub book: Book,
    /// Who reads it.
    pub narrator: Narrator,
    /// All segments in reading order.
    pub plan: Arc<Plan>,
}

impl Look {
    /// The folder in a library that an audiobook of it would get by its title and narrator.
    ///
    /// # Errors
    /// When one file is named, but one per chapter is wanted.
    pub fn folder(&self, output: &OutputWish) -> Result<Option<PathBuf>, MakeError> {
        let edition = Edition::new(&self.book, &self.narrator, output, None)?;
        Ok(edition.target.folder().map(Path::to_owned))
    }
}

/// Turns one book into an audiobook.
///
/// # Errors
/// When it can't be done, or was stopped; everything that is done is kept for the next time.
pub async fn make(
    studio: &Arc<Studio>,
    path: &Path,
    order: &Order,
    run: Run,
    report: Reporter<'_>,
) -> Result<Made, MakeError> {
    let looked = look(studio, path, order).await?;
    carry_out(studio, path, order, &looked, run, report).await
}

/// Makes the audiobook of a book that was looked at.
///
/// # Errors
/// As [`make`].
pub async fn carry_out(
    studio: &Studio,
    path: &Path,
    order: &Order,
    look: &Look,
    run: Run,
    report: Reporter<'_>,
) -> Result<Made, MakeError> {
    report(Report::Planned(look));
    let Look {
        book,
        narrator,
        plan,
    } = look;
    let edition = Edition::new(book, narrator, &order.output, Some(path))?;
    let finished = Finished::new(&studio.data, plan, book, &edition.settings);
    // When what is said is known only of a book that is put together anew.
    let anew = run.force || order.output.timeline.is_some();
    if let Some(files) = finished.files().filter(|_| !anew) {
        return Ok(Made::Already(files));
    }
    if run.dry_run {
        return Ok(Made::Planned {
            target: edition.path(),
        });
    }
    edition.check()?;
    let claim = match &run.job {
        Some(id) => Claim::of_job(&studio.data, id),
        None => Claim::of_audiobook(&studio.data, &edition.path())?,
    };
    claim.stake(plan);
    let for_a_job = run.job.is_some();
    let making = Making {
        studio,
        order,
        run,
        title: &book.metadata.title,
        store: studio.store()?,
        ffmpeg: Ffmpeg::find()?,
    };
    let (spoken, encoded) = making.speak_and_encode(Arc::clone(plan), report).await?;
    report(Report::Publishing);
    let published = making
        .publish(&spoken, &encoded, book, &edition, path)
        .await?;
    // An audiobook with sentences left out is not the one that was planned: next time they are tried again.
    let whole = spoken.segments.len() == plan.segments.len();
    if whole {
        finished.record(&published.files)?;
    }
    // A job is done all the same, until somebody retries it.
    if whole || for_a_job {
        claim.release();
    }
    Ok(Made::new(published))
}

/// Reads a book, chooses who reads it and plans what is read.
///
/// # Errors
/// When the book can't be read, there is no such voice, or nothing is left to read.
pub async fn look(studio: &Arc<Studio>, path: &Path, order: &Order) -> Result<Look, MakeError> {
    let (studio, path, order) = (Arc::clone(studio), path.to_owned(), order.clone());
    // Reading, and loading a voice, take a while: on a thread on which that is no harm.
    let looked = tokio::task::spawn_blocking(move || {
        let mut book = read(&path, &order.options())?;
        let unread = order.edits.apply(&mut book);
        if order.voice.foreign {
            mark_foreign(&mut book);
        }
        let language = book.metadata.language.clone();
        let language = language.unwrap_or_else(Language::undetermined);
        let servers = studio.servers();
        let wish = order.voice.of_narrator();
        let narrator = Narrator::choose(&language, &wish, &studio.installed, &servers)?;
        let company = Company {
            wish: &order.voice,
            installed: &studio.installed,
            servers: &servers,
        };
        let cast = company.cast(&mut book, &narrator.narration)?;
        let plan = Arc::new(plan(&book, cast, &order, &unread)?);
        Ok(Look {
            book,
            narrator,
            plan,
        })
    });
    looked
        .await
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// Plans the chapters that are wanted, with the corrections of a person.
fn plan(
    book: &Book,
    cast: Cast,
    order: &Order,
    unread: &BTreeSet<usize>,
) -> Result<Plan, MakeError> {
    let wanted = |number| order.reading.wants(number) && !unread.contains(&number);
    let manner = order.reading.manner(&book.lexicon)?;
    let split = |block: &Block, language: &Language| pieces(block, language, &manner);
    let chapters: Vec<_> = (1..).zip(&book.chapters).collect();
    // A person may be waiting for the first sentence: all cores plan.
    let plans: Vec<_> = chapters
        .into_par_iter()
        .filter(|(number, _)| wanted(*number))
        .map(|(number, chapter)| Plan::of_chapter(&cast, number, chapter, split))
        .collect();
    let mut plan = Plan::joined(cast.narrator, plans);
    // In their order: a person may correct a correction.
    for Correction { key, text } in &order.corrections {
        let indexes = 0..plan.segments.len();
        let meant = |index: &usize| plan.segments[*index].key == *key;
        match text {
            Some(text) => {
                let text = as_told(text, &plan.narration.language, &manner).into();
                plan.correct(*key, &text);
            }
            None => plan = plan.without(&indexes.filter(meant).collect::<Vec<_>>()),
        }
    }
    if plan.segments.is_empty() {
        return Err(MakeError::NothingToRead {
            chapters: book.chapters.len(),
        });
    }
    Ok(plan)
}

/// One audiobook on its way.
struct Making<'a> {
    studio: &'a Studio,
    order: &'a Order,
    run: Run,
    title: &'a str,
    store: Arc<dyn AudioStore>,
    ffmpeg: Ffmpeg,
}

impl Making<'_> {
    /// Speaks what is missing and encodes each chapter as soon as it is whole. The plan comes back
    /// without the segments that were skipped.
    async fn speak_and_encode(
        &self,
        mut plan: Arc<Plan>,
        report: Reporter<'_>,
    ) -> Result<(Arc<Plan>, Encoded), MakeError> {
        for _ in 0..ROUNDS {
            let (outcome, encoded) = self.round(&plan, report).await;
            let outcome = outcome?;
            if self.run.cancel.is_cancelled() {
                return Err(self.stopped(&plan).await);
            }
            match encoded {
                // A damaged clip has been put aside: either way it is missing in the next round.
                Err(error) if error.is_lost_clip() => {
                    tracing::warn!(%error, "speaking a clip again")
                }
                Err(error) => return Err(error),
                Ok(_) if !outcome.dead.is_empty() => plan = Arc::new(self.skip(&plan, &outcome)?),
                Ok(Some(encoded)) => return Ok((plan, encoded)),
                // Clips of the first minute are gone, so that it can't be measured.
                Ok(None) => {}
            }
        }
        let (place, flag) = self.studio.place_of_clips();
        Err(MakeError::Damaged { place, flag })
    }

    /// One pass over the plan: speaking and encoding side by side.
    async fn round(
        &self,
        plan: &Arc<Plan>,
        report: Reporter<'_>,
    ) -> (
        Result<Outcome, MakeError>,
        Result<Option<Encoded>, MakeError>,
    ) {
        let (sender, receiver) = unbounded_channel();
        let settings = Settings {
            patience: self.studio.patience,
            priority: self.run.priority.clone(),
            position: self.run.position.clone(),
            wait_for_members: self.studio.wait_for_members,
        };
        let dispatcher = &self.studio.dispatcher;
        let store = dispatcher.patient(&self.store, &sender);
        let stop = self.run.cancel.child_token();
        let speaking = dispatcher.speak(
            plan,
            self.title,
            Arc::clone(&store),
            settings,
            sender,
            stop.clone(),
        );
        let encoding = Encoding {
            plan: Arc::clone(plan),
            store: one_rate(store, plan),
            loudness: self.order.output.loudness,
            work: self.studio.data.chapters(),
            format: self.order.output.format(),
            ffmpeg: self.ffmpeg.clone(),
            at_once: self.studio.encoders,
        };
        // No use in speaking on when the audiobook can't be made.
        let encoding = async {
            encoding
                .run(receiver, report)
                .await
                .inspect_err(|_| stop.cancel())
        };
        let (outcome, encoded) = tokio::join!(speaking, encoding);
        (outcome.map_err(Into::into), encoded)
    }

    /// Leaves out what could not be spoken, when the user said so.
    fn skip(&self, plan: &Plan, outcome: &Outcome) -> Result<Plan, MakeError> {
        if !self.order.skip_failed {
            return Err(MakeError::Dead {
                dead: dead(plan, outcome),
            });
        }
        let dead = outcome.dead.iter();
        let keys: Vec<_> = dead.map(|letter| plan.segments[letter.task].key).collect();
        let dead: Vec<_> = (0..plan.segments.len())
            .filter(|index| keys.contains(&plan.segments[*index].key))
            .collect();
        let plan = plan.without(&dead);
        if plan.segments.is_empty() {
            return Err(MakeError::NothingSpoken);
        }
        Ok(plan)
    }

    async fn stopped(&self, plan: &Plan) -> MakeError {
        let keys: Vec<_> = plan.segments.iter().map(|segment| segment.key).collect();
        let missing = self.store.missing(&keys).await;
        let missing = missing.map_or(keys.len(), |missing| missing.len());
        MakeError::Stopped {
            spoken: keys.len() - missing,
            segments: keys.len(),
        }
    }

    async fn publish(
        &self,
        plan: &Plan,
        encoded: &Encoded,
        book: &Book,
        edition: &Edition,
        ebook: &Path,
    ) -> Result<Published, MakeError> {
        let audiobook = Audiobook {
            plan,
            chapters: &encoded.chapters,
            tags: &edition.tags,
            cover: book.cover.as_ref(),
            ebook: Some(ebook),
        };
        let published = tokio::select! {
            published = publish(audiobook, edition.format, &edition.target, &encoded.assembly) => published?,
            () = self.run.cancel.cancelled() => return Err(self.stopped(plan).await),
        };
        if let Some(path) = &self.order.output.timeline {
            let json = serde_json::to_vec(&published.timeline);
            let json = json.expect("text and numbers can be written as JSON");
            audiotome_files::write(path, &json).map_err(MakeError::file("write", path))?;
        }
        Ok(published)
    }
}

/// The segments that failed for good.
fn dead(plan: &Plan, outcome: &Outcome) -> Vec<Dead> {
    let dead = outcome.dead.iter().map(|letter| {
        let segment = &plan.segments[letter.task];
        let chapter = &plan.chapters[plan.chapter_of(letter.task)];
        Dead {
            segment: letter.task,
            key: segment.key,
            chapter: chapter.number,
            title: chapter.title.clone(),
            source: segment.source.to_string(),
            text: segment.utterance.text.to_string(),
            history: letter.history.clone(),
        }
    });
    dead.collect()
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

    /// All files, audio first.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        match self {
            Self::New { files, .. } | Self::Already(files) => files,
            Self::Planned { .. } => &[],
        }
    }
}
