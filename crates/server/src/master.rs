//! What all requests and jobs of a master share.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use audiotome_core::{AudioStore, SegmentKey, StoreError};
use audiotome_dispatch::worker::{Door, WorkerSettings, speech_door};
use audiotome_dispatch::{Gateway, Position, Priority, Settings, Slots};
use audiotome_production::{Address, MakeError, Studio, look};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::{Notify, RwLock};
use tokio_util::sync::CancellationToken;

use crate::ServerSettings;
use crate::board::Board;
use crate::clock::now;
use crate::database::{Database, DatabaseError, history, jobs, workers};
use crate::hub::Hub;
use crate::job::{IllegalStep, Job, JobState, Step};
use crate::lately::Lately;
use crate::listen::Listening;
use crate::metrics::Metrics;
use crate::pulse::Pulse;
use crate::shelf;

/// Boards of jobs that do not run and were looked at last.
const BOARDS: usize = 4;
/// How long a job that begins may plan before whoever asks for its board plans by themselves.
const PLANNING: Duration = Duration::from_secs(60);
/// A worker that announces itself does so every ten seconds.
const SILENCE: Duration = Duration::from_secs(60);
/// Texts that others may have spoken through this master at once.
const SPEECH_SLOTS: usize = 64;
/// Somebody waits for a text that is spoken for them; a book can wait.
pub(crate) const SPEECH_PRIORITY: i32 = 1_000_000;

/// So long a master that was told to end may still hold the data folder.
const ENDING: Duration = Duration::from_secs(3);

/// Why a master can't serve.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The job store refuses.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The store of clips refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A folder can't be made, or the listener breaks.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Another master uses the data folder: both would speak the same jobs.
    #[error("another master uses `{}`: end it, or name another folder with `--data`", .0.display())]
    Taken(PathBuf),
}

/// Locks the data folder for this process, for as long as the file is open. Waits for a master that is about to end.
async fn take(path: &Path) -> Result<File, ServeError> {
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if start.elapsed() < ENDING => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(TryLockError::WouldBlock) => {
                return Err(ServeError::Taken(path.parent().unwrap_or(path).to_owned()));
            }
            // Not every file system has locks.
            Err(TryLockError::Error(error)) => {
                tracing::debug!(%error, "the data folder can't be locked");
                return Ok(file);
            }
            Ok(()) => return Ok(file),
        }
    }
}

/// A master at work.
pub(crate) struct Master {
    pub(crate) studio: Arc<Studio>,
    pub(crate) settings: ServerSettings,
    pub(crate) database: Database,
    pub(crate) store: Arc<dyn AudioStore>,
    pub(crate) hub: Hub,
    pub(crate) metrics: Metrics,
    pub(crate) pulse: Pulse,
    /// Jobs that begin hold it until their board says what they need; whoever deletes clips holds it alone.
    pub(crate) beginnings: RwLock<()>,
    /// Names of voices that are being installed.
    pub(crate) installing: Mutex<HashSet<String>>,
    pub(crate) door: Door,
    pub(crate) lately: Lately,
    /// A job may have become the next one.
    pub(crate) queue_changed: Notify,
    pub(crate) drain: CancellationToken,
    _lock: File,
    pub(crate) listening: Listening,
    running: Mutex<HashMap<String, Running>>,
    looked_at: Mutex<VecDeque<(String, SharedBoard)>>,
    /// Held by whoever makes a board: others who ask for the same one find it then.
    looking: tokio::sync::Mutex<()>,
    /// When workers that announce themselves did so last.
    announced: Mutex<HashMap<String, Instant>>,
}

/// A board that a job writes and requests read.
pub(crate) type SharedBoard = Arc<Mutex<Board>>;

/// A job that is being carried out.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) cancel: CancellationToken,
    /// What it was stopped for.
    pub(crate) stopped_for: Arc<Mutex<Option<Step>>>,
    pub(crate) priority: Priority,
    pub(crate) position: Position,
    pub(crate) board: Option<SharedBoard>,
}

/// Why a job was not changed.
#[derive(Debug)]
pub(crate) enum ChangeError {
    /// There is none of that id.
    NoJob,
    /// It can't take that step now.
    Illegal(IllegalStep),
    /// The job store refuses.
    Database(DatabaseError),
}

impl Master {
    /// Opens the job store, takes up what an earlier run left, and calls the workers that it knew.
    pub(crate) async fn open(
        studio: Arc<Studio>,
        settings: ServerSettings,
        drain: CancellationToken,
    ) -> Result<Self, ServeError> {
        let folder = studio.data.path();
        fs_err::create_dir_all(folder.join("books"))?;
        fs_err::create_dir_all(folder.join("jobs"))?;
        let lock = take(&folder.join("master.lock")).await?;
        let database = Database::open(&folder.join("jobs.db"))?;
        let known = database.call(|connection| {
            take_up(connection)?;
            workers::list(connection)
        });
        for address in known.await? {
            if let Ok(address) = address.parse::<Address>()
                && let Err(error) = studio.add(&address, &settings.caller)
            {
                tracing::error!(%address, %error, "a known worker can't be added");
            }
        }
        Ok(Self {
            store: studio.store()?,
            door: door(&studio, &settings, &drain),
            hub: Hub::new(jiff::Timestamp::now().as_millisecond().to_string()),
            metrics: Metrics::new(),
            lately: Lately::default(),
            pulse: Pulse::default(),
            beginnings: RwLock::new(()),
            installing: Mutex::default(),
            queue_changed: Notify::new(),
            listening: Listening::new(studio.encoders),
            running: Mutex::default(),
            looked_at: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
            announced: Mutex::default(),
            studio,
            settings,
            database,
            drain,
            _lock: lock,
        })
    }

    /// Where the books lie.
    pub(crate) fn books_folder(&self) -> PathBuf {
        self.studio.data.path().join("books")
    }

    /// Where a book's file lies.
    pub(crate) fn book_path(&self, id: &str, name: &str) -> PathBuf {
        self.books_folder().join(id).join(name)
    }

    /// Where what belongs to a job alone lies.
    pub(crate) fn job_folder(&self, id: &str) -> PathBuf {
        self.studio.data.path().join("jobs").join(id)
    }

    /// Takes a job one step further, keeps it with what `also` changes, and tells everybody.
    pub(crate) async fn step(
        &self,
        id: &str,
        step: Step,
        also: impl FnOnce(&mut Job) + Send + 'static,
    ) -> Result<Job, ChangeError> {
        let job = self.change(id, move |job| {
            job.state = job.state.after(step)?;
            also(job);
            Ok(json!({ "step": format!("{step:?}").to_lowercase(), "state": job.state, "error": job.record.error }))
        });
        let job = job.await?;
        self.queue_changed.notify_one();
        Ok(job)
    }

    /// Changes a job, keeps it with an entry in its history, and tells everybody.
    pub(crate) async fn change(
        &self,
        id: &str,
        change: impl FnOnce(&mut Job) -> Result<Value, IllegalStep> + Send + 'static,
    ) -> Result<Job, ChangeError> {
        let id = id.to_owned();
        let changed = self.database.call(move |connection| {
            let mut entry = Value::Null;
            let changed = jobs::change(connection, &id, |job| {
                entry = change(job)?;
                job.updated = now();
                Ok(())
            })?;
            if matches!(changed, Some(Ok(_))) {
                history::append(connection, &id, &entry)?;
            }
            Ok(changed)
        });
        match changed.await {
            Ok(Some(Ok(job))) => {
                self.tell_job(&job);
                Ok(job)
            }
            Ok(Some(Err(illegal))) => Err(ChangeError::Illegal(illegal)),
            Ok(None) => Err(ChangeError::NoJob),
            Err(error) => Err(ChangeError::Database(error)),
        }
    }

    /// Tells everybody where a job stands.
    pub(crate) fn tell_job(&self, job: &Job) {
        let data = json!({
            "id": job.id, "state": job.state, "priority": job.priority, "title": job.record.title,
            "error": job.record.error,
        });
        self.hub.tell("job", Some(&job.id), data);
    }

    /// A worker has announced itself.
    pub(crate) fn announced(&self, name: &str) {
        lock(&self.announced).insert(name.to_owned(), Instant::now());
    }

    /// Forgets a worker that has left.
    pub(crate) fn left_behind(&self, name: &str, state: &str) {
        lock(&self.announced).remove(name);
        self.studio.forget(name);
        self.hub
            .tell("worker", None, json!({ "worker": name, "state": state }));
    }

    /// Takes out workers that announced themselves and have fallen silent.
    pub(crate) fn forget_silent_workers(&self) {
        let announced = lock(&self.announced).clone();
        for (name, last) in announced {
            if last.elapsed() > SILENCE && self.studio.cluster.remove(&name) {
                self.left_behind(&name, "silent");
            }
        }
    }

    /// The jobs that are being carried out.
    pub(crate) fn running(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops a job that is being carried out; `false` when it is not.
    pub(crate) fn stop(&self, id: &str, step: Step) -> bool {
        let running = self.running();
        let Some(job) = running.get(id) else {
            return false;
        };
        lock(&job.stopped_for).get_or_insert(step);
        job.cancel.cancel();
        true
    }

    /// The board of a job that is being carried out.
    pub(crate) fn live_board(&self, id: &str) -> Option<SharedBoard> {
        self.running().get(id)?.board.clone()
    }

    /// The board of any job: made anew from its book for one that is not being carried out, nor is about to be.
    pub(crate) async fn board(&self, job: &Job) -> Result<SharedBoard, MakeError> {
        if let Some(board) = self.known_board(job) {
            return Ok(board);
        }
        self.is_planned(job, tokio::time::Instant::now() + PLANNING)
            .await;
        let _turn = self.looking.lock().await;
        if let Some(board) = self.known_board(job) {
            return Ok(board);
        }
        let book = self.book_of(job).await?;
        let looked = look(&self.studio, &book, &job.order).await?;
        let missing = self.missing(&looked.plan).await?;
        let chapters = self.chapters(&job.id).await.unwrap_or_default();
        let board = Board::new(looked.plan, &missing).with_ready(chapters);
        let board = Arc::new(Mutex::new(board));
        self.keep_board(job, Arc::clone(&board));
        Ok(board)
    }

    fn known_board(&self, job: &Job) -> Option<SharedBoard> {
        let mark = mark(job);
        let known = |(id, board): &(String, SharedBoard)| (*id == mark).then(|| Arc::clone(board));
        let looked_at = || lock(&self.looked_at).iter().find_map(known);
        self.live_board(&job.id).or_else(looked_at)
    }

    /// Keeps the board of a job as it is now for whoever looks at it next.
    pub(crate) fn keep_board(&self, job: &Job, board: SharedBoard) {
        let mut looked_at = lock(&self.looked_at);
        looked_at.truncate(BOARDS - 1);
        looked_at.push_front((mark(job), board));
    }

    /// Clips of a plan that the store lacks.
    pub(crate) async fn missing(
        &self,
        plan: &audiotome_core::Plan,
    ) -> Result<HashSet<SegmentKey>, StoreError> {
        let mut seen = HashSet::new();
        let keys = plan.segments.iter().map(|segment| segment.key);
        let keys: Vec<_> = keys.filter(|key| seen.insert(*key)).collect();
        Ok(self.store.missing(&keys).await?.into_iter().collect())
    }

    /// A job's encoded chapters, as the job store knows them.
    pub(crate) async fn chapters(
        &self,
        id: &str,
    ) -> Result<Vec<jobs::ReadyChapter>, DatabaseError> {
        let id = id.to_owned();
        let chapters = self
            .database
            .call(move |connection| jobs::chapters(connection, &id));
        chapters.await
    }

    /// The folder for a job's audiobook: `base`, or one beside it where that is another job's.
    pub(crate) async fn reserve(
        &self,
        id: &str,
        base: PathBuf,
    ) -> Result<Option<PathBuf>, MakeError> {
        let (id, folder) = (id.to_owned(), base.clone());
        let reserved = self
            .database
            .call(move |connection| shelf::reserve(connection, &id, &folder));
        reserved.await.map_err(|error| MakeError::File {
            action: "reserve",
            path: base,
            source: std::io::Error::other(error.to_string()),
        })
    }

    /// The file of a job's book.
    pub(crate) async fn book_of(&self, job: &Job) -> Result<PathBuf, MakeError> {
        let id = job.book.clone();
        let book = self
            .database
            .call(move |connection| crate::database::books::get(connection, &id));
        let gone = |message: String| MakeError::File {
            action: "find",
            path: self.book_path(&job.book, ""),
            source: std::io::Error::other(message),
        };
        match book.await {
            Ok(Some(book)) => Ok(self.book_path(&book.id, &book.name)),
            Ok(None) => Err(gone("the book is gone".to_owned())),
            Err(error) => Err(gone(error.to_string())),
        }
    }
}

/// Jobs that an earlier run was carrying out go on.
fn take_up(connection: &rusqlite::Connection) -> Result<(), DatabaseError> {
    for state in [JobState::Running, JobState::Assembling] {
        for mut job in jobs::list(connection, Some(state), 0, usize::MAX >> 1)?.0 {
            if let Ok(after) = state.after(Step::Interrupt) {
                job.state = after;
                jobs::update(connection, &job)?;
                let entry = json!({ "step": "interrupt", "state": after });
                history::append(connection, &job.id, &entry)?;
            }
        }
    }
    Ok(())
}

/// Speech for others: the cluster behind a worker's door.
fn door(studio: &Arc<Studio>, settings: &ServerSettings, drain: &CancellationToken) -> Door {
    let gateway = Gateway::new(
        Arc::clone(&studio.installed) as _,
        studio.dispatcher.clone(),
        Settings {
            patience: studio.patience,
            priority: Priority::new(SPEECH_PRIORITY),
            wait_for_members: false,
            ..Settings::default()
        },
        Handle::current(),
    );
    let settings = WorkerSettings {
        slots: Slots::new(SPEECH_SLOTS),
        token: None,
        ffmpeg: settings.ffmpeg.clone(),
    };
    speech_door(Arc::new(gateway), settings, drain.clone())
}

/// A panic elsewhere does not make what is behind the lock wrong.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A job as it is now: one that has changed since has another board.
fn mark(job: &Job) -> String {
    format!("{} {}", job.id, job.updated)
}
