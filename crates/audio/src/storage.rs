//! Where clips are shared: a folder that all machines see, a bucket, or the queue itself.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use audiotome_core::{AudioStore, StoreError};
use thiserror::Error;
use url::Url;

use crate::bucket_store::BucketStore;
use crate::folder_store::FolderStore;

/// What `--store` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAddress {
    /// `file:///mnt/share`, or just the path: a folder that all machines see.
    Folder(PathBuf),
    /// `s3://bucket/prefix`: any S3 service; keys, region and endpoint come from `AWS_…` variables.
    Bucket(Url),
    /// `redis`: clips travel through the queue, and rest with the master.
    Queue,
}

/// Not an address of a store.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is no store: `file:///mnt/share`, `s3://bucket/prefix` (keys come from `AWS_…` variables) or `redis`, please"
)]
pub struct StoreAddressError(String);

/// A store that machines share, and its name.
#[derive(Clone)]
pub struct Shared {
    /// The store.
    pub store: Arc<dyn AudioStore>,
    /// Written into the store by the first who opened it: two machines with the same id see the same
    /// clips, whatever path or address they know it by.
    pub id: String,
}

impl StoreAddress {
    /// Opens the store; `None` for [`StoreAddress::Queue`], which the queue opens.
    ///
    /// # Errors
    /// When it can't be reached, read or written.
    pub async fn open(&self) -> Result<Option<Shared>, StoreError> {
        match self {
            Self::Folder(path) => {
                let (store, id) = FolderStore::open_shared(path.clone())?;
                Ok(Some(Shared {
                    store: Arc::new(store),
                    id,
                }))
            }
            Self::Bucket(url) => {
                let store = BucketStore::open(url)?;
                let id = store.shared_id().await?;
                Ok(Some(Shared {
                    store: Arc::new(store),
                    id,
                }))
            }
            Self::Queue => Ok(None),
        }
    }
}

impl FromStr for StoreAddress {
    type Err = StoreAddressError;

    fn from_str(text: &str) -> Result<Self, StoreAddressError> {
        // Keys of a bucket come from variables. Where people write them here all the same, nobody shall read them.
        let shown = match (text.split_once("://"), text.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, place))) => format!("{scheme}://{place}"),
            _ => text.to_owned(),
        };
        let error = || StoreAddressError(shown.clone());
        if text == "redis" {
            return Ok(Self::Queue);
        }
        if text.starts_with('/') {
            return Ok(Self::Folder(text.into()));
        }
        let url: Url = text.parse().map_err(|_| error())?;
        match url.scheme() {
            "file" => url.to_file_path().map(Self::Folder).map_err(|()| error()),
            "s3" if url.host_str().is_some_and(|host| !host.is_empty()) && !has_keys(&url) => {
                Ok(Self::Bucket(url))
            }
            _ => Err(error()),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "file://{}", path.display()),
            Self::Bucket(url) => write!(f, "{url}"),
            Self::Queue => f.write_str("redis"),
        }
    }
}

fn has_keys(url: &Url) -> bool {
    // A key with a slash in it makes the rest of it a path.
    !url.username().is_empty() || url.password().is_some() || url.path().contains('@')
}

/// A new id for a store.
pub(crate) fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_parse_and_print() {
        for (text, printed) in [
            ("file:///mnt/share", "file:///mnt/share"),
            ("/mnt/share", "file:///mnt/share"),
            ("s3://books/clips", "s3://books/clips"),
            ("redis", "redis"),
        ] {
            assert_eq!(text.parse::<StoreAddress>().unwrap().to_string(), printed);
        }
        for bad in [
            "",
            "share",
            "s3://",
            "http://host/x",
            "redis://host",
            "s3://key:12/secret@books",
        ] {
            assert!(bad.parse::<StoreAddress>().is_err(), "{bad}");
        }
        let keys = "s3://key:secret@books/clips".parse::<StoreAddress>();
        let error = keys.unwrap_err().to_string();
        assert!(
            !error.contains("secret") && error.contains("AWS_"),
            "{error}"
        );
    }
}
