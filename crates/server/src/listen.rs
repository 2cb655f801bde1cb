//! Streams that people listen to while they are made.
//!
//! A stream is laid out when somebody asks for it and its fragments are encoded as they are asked for.
//! Nothing of it runs by itself: a listener who has gone away costs a place among those that were
//! asked for last. All that must survive is how loud it is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use audiotome_audio::ffmpeg::Ffmpeg;
use audiotome_audio::stream::{ChapterStream, FragmentEncoder, from_encoded, heard};
use audiotome_audio::{AudioError, Gain, one_rate};
use audiotome_core::{AudioStore, Clip, Plan, StoreError};
use audiotome_production::MakeError;
use axum::body::Bytes;
use hashlink::LruCache;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::Instant;

use crate::board::SegmentState;
use crate::database::DatabaseError;
use crate::job::{Job, JobState};
use crate::master::{Master, lock};

mod gain;
mod waiting;

/// Streams that are known at once; another one is laid out again from its clips.
const MOST_STREAMS: usize = 256;
/// Fragments that are kept for those who listen side by side: 32 KiB each.
const MOST_FRAGMENTS: usize = 512;
/// Segments that get their places for one request, where nobody waits for more: minutes of sound.
const PLACED_AT_ONCE: usize = 64;

/// Clips that are read at once: each on a thread, and with its sound in memory.
const READS: usize = 16;

/// Why there is nothing to hear.
#[derive(Debug)]
pub(crate) enum ListenError {
    /// The job has no such chapter, or the chapter no such segment.
    Nowhere(&'static str, usize),
    /// It was there; its clips and its chapter have been cleaned up.
    Gone,
    /// The book can't be read any more.
    Make(MakeError),
    /// A clip can't be read or encoded.
    Audio(AudioError),
    /// The job store refuses.
    Database(DatabaseError),
}

/// Where a stream begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) job: String,
    /// Number of the chapter in the book, from 1.
    pub(crate) chapter: usize,
    /// Segment of the chapter, from 0.
    pub(crate) from: usize,
}

/// A stream that somebody listens to.
pub(crate) struct Opened {
    /// Tells it from others at the same place.
    id: u64,
    /// When its job had changed last as it was found to fit.
    mark: Mutex<String>,
    /// Index of its chapter in the plan.
    index: usize,
    /// The clips, at the rate of the book.
    store: Arc<dyn AudioStore>,
    stream: Mutex<ChapterStream>,
}

/// What listeners share.
pub(crate) struct Listening {
    streams: Mutex<LruCache<Place, Arc<Opened>>>,
    fragments: Mutex<LruCache<(u64, usize), Bytes>>,
    /// How loud the audiobooks are that were measured last.
    measured: Mutex<LruCache<String, Gain>>,
    measuring: Semaphore,
    encoder: OnceCell<FragmentEncoder>,
    /// Clips that are read at once.
    reads: Semaphore,
    /// Fragments that are encoded at once.
    turns: Semaphore,
    next_id: AtomicU64,
}

impl Opened {
    /// The stream as it is now.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&ChapterStream) -> T) -> T {
        look(&lock(&self.stream))
    }
}

impl Listening {
    /// Nobody listens yet; `encoders` fragments are encoded at once.
    pub(crate) fn new(encoders: usize) -> Self {
        Self {
            streams: Mutex::new(LruCache::new(MOST_STREAMS)),
            fragments: Mutex::new(LruCache::new(MOST_FRAGMENTS)),
            measured: Mutex::new(LruCache::new(MOST_STREAMS)),
            measuring: Semaphore::new(1),
            encoder: OnceCell::new(),
            reads: Semaphore::new(READS),
            turns: Semaphore::new(encoders),
            next_id: AtomicU64::new(0),
        }
    }
}

impl Master {
    /// The stream at a place with all that can be heard by now, or the next minutes of it. Until its
    /// fragment `wanted` can be heard, or all of it, waits until `deadline`.
    pub(crate) async fn listen(
        &self,
        job: &Job,
        place: &Place,
        wanted: usize,
        deadline: Instant,
    ) -> Result<Option<Arc<Opened>>, ListenError> {
        if !self.is_planned(job, deadline).await {
            return Ok(None);
        }
        let mut placed = None;
        loop {
            let opened = self.stream(job, place).await?;
            let mut next = None;
            if let Some(opened) = &opened {
                let most = opened.look(ChapterStream::placed) + PLACED_AT_ONCE;
                let has = |stream: &ChapterStream| stream.window(wanted).is_some();
                let enough = |stream: &ChapterStream| stream.placed() >= most && has(stream);
                self.lay_out(job, opened, enough).await?;
                if opened.look(|stream| has(stream) || stream.is_complete()) {
                    break Ok(Some(Arc::clone(opened)));
                }
                next = opened.look(ChapterStream::next).map(|(segment, _)| segment);
            }
            // What is said to be spoken and is not there has been cleaned up since.
            let now = opened
                .as_ref()
                .map_or(0, |opened| opened.look(ChapterStream::placed));
            if placed.replace(now) == Some(now) {
                break Ok(opened);
            }
            let board = self.board(job).await?;
            let next = match next {
                Some(next) => next,
                None => begin(&lock(&board).plan, place)?.1,
            };
            if Instant::now() < deadline {
                self.urge(job, &board, next).await?;
            }
            if !self.spoken(job, board, next, deadline).await {
                break Ok(opened);
            }
        }
    }

    /// The fragment `number` of the stream at a place; `None` when it can't be heard yet.
    pub(crate) async fn fragment(
        &self,
        job: &Job,
        place: &Place,
        number: usize,
    ) -> Result<Option<Bytes>, ListenError> {
        let Some(opened) = self.stream(job, place).await? else {
            return Ok(None);
        };
        let key = (opened.id, number);
        if let Some(known) = lock(&self.listening.fragments).get(&key) {
            return Ok(Some(known.clone()));
        }
        self.lay_out(job, &opened, |stream| stream.window(number).is_some())
            .await?;
        let Some(window) = opened.look(|stream| stream.window(number)) else {
            return Ok(None);
        };
        let turn = self.listening.turns.acquire().await;
        let _turn = turn.expect("the semaphore is never closed");
        let encoder = self
            .listening
            .encoder
            .get_or_try_init(|| self.encoder())
            .await?;
        let made = present(encoder.encode(&*opened.store, &window).await)?;
        let made = match made {
            Some(made) => made,
            None => {
                let board = self.board(job).await?;
                let (plan, path) = {
                    let board = lock(&board);
                    let ready = board.ready(place.chapter);
                    (
                        Arc::clone(&board.plan),
                        ready.map(|ready| ready.path.clone()),
                    )
                };
                let (index, from) = (opened.index, place.from);
                let path = path.ok_or(ListenError::Gone)?;
                let made = blocking(move || from_encoded(&path, &plan, index, from, &window));
                made.await?.ok_or(ListenError::Gone)?
            }
        };
        let made = Bytes::from(made);
        lock(&self.listening.fragments).insert(key, made.clone());
        Ok(Some(made))
    }

    /// The stream at a place; `None` as long as it is not known how loud it is.
    pub(crate) async fn stream(
        &self,
        job: &Job,
        place: &Place,
    ) -> Result<Option<Arc<Opened>>, ListenError> {
        let known = lock(&self.listening.streams).get(place).cloned();
        if let Some(known) = known.filter(|known| *lock(&known.mark) == job.updated) {
            return Ok(Some(known));
        }
        let board = self.board(job).await?;
        let plan = Arc::clone(&lock(&board).plan);
        let (index, first) = begin(&plan, place)?;
        let known = lock(&self.listening.streams).get(place).cloned();
        if let Some(known) = known.filter(|known| known.look(|s| s.fits(&plan, index, place.from)))
        {
            job.updated.clone_into(&mut lock(&known.mark));
            return Ok(Some(known));
        }
        let gain = self.gain(job, &plan, place, first).await?;
        let store = one_rate(Arc::clone(&self.store), &plan);
        let ready = lock(&board)
            .ready(place.chapter)
            .map(|ready| ready.path.clone());
        let mut stream = ChapterStream::new(&plan, index, place.from, gain.unwrap_or(Gain::UNITY));
        if let Some(path) = ready {
            let from = place.from;
            let placed = blocking(move || {
                stream.place_as_encoded(&path, &plan, index, from)?;
                Ok(stream)
            });
            stream = placed.await?;
        }
        // An encoded chapter without its clips is as loud as it is.
        if gain.is_none() && !stream.is_complete() {
            let gone = job.state == JobState::Done;
            return if gone {
                Err(ListenError::Gone)
            } else {
                Ok(None)
            };
        }
        let opened = Arc::new(Opened {
            id: self.listening.next_id.fetch_add(1, Ordering::Relaxed),
            mark: Mutex::new(job.updated.clone()),
            index,
            store,
            stream: Mutex::new(stream),
        });
        lock(&self.listening.streams).insert(place.clone(), Arc::clone(&opened));
        Ok(Some(opened))
    }

    /// Gives segments their places, as far as they are spoken in a row, until it is `enough`.
    async fn lay_out(
        &self,
        job: &Job,
        opened: &Opened,
        enough: impl Fn(&ChapterStream) -> bool,
    ) -> Result<(), ListenError> {
        loop {
            let next = opened.look(|stream| stream.next().filter(|_| !enough(stream)));
            let Some((segment, key)) = next else {
                return Ok(());
            };
            let turn = self.listening.reads.acquire().await;
            let clip = opened.store.get(&key).await;
            drop(turn);
            match present(clip.map_err(AudioError::from))? {
                Some(clip) => place_clip(&mut lock(&opened.stream), segment, &clip)?,
                None if self.is_left_out(job, segment) => {
                    lock(&opened.stream).leave_out(segment);
                }
                None => return Ok(()),
            }
        }
    }

    /// Whether a segment without a clip is one that could not be spoken, and the job goes on without it.
    fn is_left_out(&self, job: &Job, segment: usize) -> bool {
        if !job.order.skip_failed {
            return false;
        }
        let board = self.live_board(&job.id);
        board.map_or(job.state == JobState::Done, |board| {
            lock(&board).state(segment) == SegmentState::Dead
        })
    }

    async fn encoder(&self) -> Result<FragmentEncoder, ListenError> {
        let work = self.studio.data.chapters();
        blocking(move || Ok(FragmentEncoder::new(work, Ffmpeg::find()?))).await
    }
}

/// The chapter (index in the plan) of a place, and its first segment.
pub(crate) fn begin(plan: &Plan, place: &Place) -> Result<(usize, usize), ListenError> {
    let mut chapters = plan.chapters.iter();
    let index = chapters.position(|chapter| chapter.number == place.chapter);
    let index = index.ok_or(ListenError::Nowhere("chapter", place.chapter))?;
    let segments = &plan.chapters[index].segments;
    if place.from >= segments.len() {
        return Err(ListenError::Nowhere("segment", place.from));
    }
    Ok((index, segments.start + place.from))
}

fn place_clip(stream: &mut ChapterStream, segment: usize, clip: &Clip) -> Result<(), AudioError> {
    stream.place(segment, clip.sample_rate(), heard(clip))
}

/// A clip that turns out damaged has been put aside and is missing: it is spoken again.
fn present<T>(got: Result<Option<T>, AudioError>) -> Result<Option<T>, AudioError> {
    match got {
        Err(AudioError::Store(StoreError::Damaged { .. })) => Ok(None),
        got => got,
    }
}

/// Reads files on a thread on which that is no harm.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AudioError> + Send + 'static,
) -> Result<T, ListenError> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    Ok(done?)
}

impl From<MakeError> for ListenError {
    fn from(error: MakeError) -> Self {
        Self::Make(error)
    }
}

impl From<AudioError> for ListenError {
    fn from(error: AudioError) -> Self {
        Self::Audio(error)
    }
}

impl From<DatabaseError> for ListenError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}
