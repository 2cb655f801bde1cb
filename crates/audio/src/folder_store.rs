//! Clips in a folder: `ab/abcd….flac`, one file per key.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use audiotome_codec::flac;
use audiotome_core::{AudioStore, Clip, SegmentKey, StoreError};
use audiotome_files::{LEFT_BEHIND, is_staged};

use crate::storage::new_id;

/// Where the id of a shared store is written.
const ID_FILE: &str = "store-id";

/// A store in a folder, which any number of processes may share.
#[derive(Clone, Debug)]
pub struct FolderStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    /// Known where machines share the folder: what lies under its name may be another one by and by.
    id: Option<String>,
    /// One per subfolder, so that of two puts of one key in this process the first stays.
    writing: Vec<Mutex<()>>,
}

impl FolderStore {
    /// Opens the store in `root`, making the folder, and clears what crashes left behind.
    ///
    /// # Errors
    /// When the folder can't be made or read.
    pub fn open(root: PathBuf) -> Result<Self, StoreError> {
        make(&root)?;
        Ok(Self::of(root, None))
    }

    /// Opens a store that machines share, and says which one it is. When its folder is another one later, such as the
    /// empty one below a share that is not mounted any more, that is an error: nothing is written there, and nothing of
    /// what it lacks is missing.
    pub(crate) fn open_shared(root: PathBuf) -> Result<(Self, String), StoreError> {
        make(&root)?;
        let path = root.join(ID_FILE);
        // The first who asks writes it.
        let written = audiotome_files::create(&path, new_id().as_bytes());
        written.map_err(StoreError::file("write", &path))?;
        let id = read_id(&root).map_err(StoreError::file("read", &path))?;
        Ok((Self::of(root, Some(id.clone())), id))
    }

    fn of(root: PathBuf, id: Option<String>) -> Self {
        let inner = Inner {
            root,
            id,
            writing: (0..256).map(|_| Mutex::new(())).collect(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The key of the clip in a file of the store; `None` for any other file.
    #[must_use]
    pub fn key_of(path: &Path) -> Option<SegmentKey> {
        path.file_stem()?.to_str()?.parse().ok()
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || work(&inner))
            .await
            .map_err(|error| StoreError::Io {
                action: "use the clip store".to_owned(),
                source: io::Error::other(error),
            })?
    }
}

#[async_trait]
impl AudioStore for FolderStore {
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
        let keys = keys.to_vec();
        self.blocking(move |inner| {
            let mut missing = Vec::new();
            for key in keys {
                if !inner.has(&key)? {
                    missing.push(key);
                }
            }
            if !missing.is_empty() {
                inner.check_id()?;
            }
            Ok(missing)
        })
        .await
    }

    async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        let key = *key;
        self.blocking(move |inner| inner.get(&key)).await
    }

    async fn put(&self, key: &SegmentKey, clip: Clip) -> Result<(), StoreError> {
        let key = *key;
        self.blocking(move |inner| inner.put(&key, &clip)).await
    }
}

impl Inner {
    fn path(&self, key: &SegmentKey) -> PathBuf {
        let name = key.to_string();
        self.root.join(&name[..2]).join(format!("{name}.flac"))
    }

    /// A store that is shared must still be the one that was opened.
    fn check_id(&self) -> Result<(), StoreError> {
        let Some(id) = &self.id else { return Ok(()) };
        let failed = StoreError::file("find the store that was there in", &self.root);
        match read_id(&self.root) {
            Ok(found) if found == *id => Ok(()),
            Ok(_) => Err(failed(io::Error::new(
                io::ErrorKind::NotFound,
                "another store is there",
            ))),
            Err(error) => Err(failed(error)),
        }
    }

    fn has(&self, key: &SegmentKey) -> Result<bool, StoreError> {
        let path = self.path(key);
        path.try_exists()
            .map_err(StoreError::file("look for", &path))
    }

    fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        let path = self.path(key);
        let bytes = match fs_err::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return self.check_id().map(|()| None);
            }
            Err(error) => return Err(StoreError::file("read", &path)(error)),
        };
        match flac::decode(&bytes) {
            Ok(clip) => Ok(Some(clip)),
            Err(error) => {
                let aside = path.with_extension("flac.damaged");
                fs_err::rename(&path, &aside).map_err(StoreError::file("put aside", &path))?;
                Err(StoreError::Damaged {
                    key: *key,
                    reason: format!("{error}; it is now `{}`", aside.display()),
                })
            }
        }
    }

    fn put(&self, key: &SegmentKey, clip: &Clip) -> Result<(), StoreError> {
        let path = self.path(key);
        let bytes = flac::encode(clip);
        let _writing = self.writing[usize::from(key.as_bytes()[0])]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if self.has(key)? {
            return Ok(());
        }
        self.check_id()?;
        audiotome_files::write(&path, &bytes).map_err(StoreError::file("write", &path))
    }
}

/// Makes the folder of a store, and clears what crashes left behind.
fn make(root: &Path) -> Result<(), StoreError> {
    fs_err::create_dir_all(root).map_err(StoreError::file("make the clip store", root))?;
    clean(root).map_err(StoreError::file("read the clip store", root))
}

fn read_id(root: &Path) -> io::Result<String> {
    Ok(fs_err::read_to_string(root.join(ID_FILE))?
        .trim()
        .to_owned())
}

/// Removes staged files that no living process can be writing.
fn clean(root: &Path) -> io::Result<()> {
    for folder in fs_err::read_dir(root)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for file in fs_err::read_dir(folder.path())? {
            let file = file?;
            if is_left_behind(&file) {
                // Another process that opens the store may be quicker; gone is gone.
                let _ = fs_err::remove_file(file.path());
            }
        }
    }
    Ok(())
}

fn is_left_behind(file: &fs_err::DirEntry) -> bool {
    let age = || {
        let modified = file.metadata().ok()?.modified().ok()?;
        SystemTime::now().duration_since(modified).ok()
    };
    is_staged(&file.path()) && age().is_some_and(|age| age > LEFT_BEHIND)
}
