//! The seam to wherever clips are kept.

use std::io::ErrorKind;
use std::path::Path;

use async_trait::async_trait;
use thiserror::Error;

use crate::{Clip, SegmentKey};

/// Why a store could not keep or give a clip.
#[derive(Debug, Error)]
pub enum StoreError {
    /// What lies under the key is not a whole clip; it has been put aside, so the key is missing again.
    #[error("the clip `{key}` is damaged ({reason})")]
    Damaged {
        /// The key.
        key: SegmentKey,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk or the service behind the store refuses.
    #[error("can't {action}")]
    Io {
        /// What was tried, on what.
        action: String,
        /// What came of it.
        #[source]
        source: std::io::Error,
    },
}

impl StoreError {
    /// For `map_err` on I/O with a path.
    pub fn file(action: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let action = format!("{action} `{}`", path.display());
        move |source| Self::Io { action, source }
    }

    /// The way out, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Damaged { .. } => {
                Some("run the same command again: what is missing is spoken anew")
            }
            Self::Io { source, .. } => match source.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                    Some("free some space and run the same command again: finished work is kept")
                }
                ErrorKind::PermissionDenied
                | ErrorKind::ReadOnlyFilesystem
                | ErrorKind::AlreadyExists
                | ErrorKind::NotADirectory => {
                    Some("name a folder that you may write to with `--data`")
                }
                _ => None,
            },
        }
    }
}

/// Clips by key. A clip that was put is durable; the first one put under a key stays.
#[async_trait]
pub trait AudioStore: Send + Sync {
    /// Those of `keys` that the store does not have, in the same order.
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError>;

    /// The clip under `key`, or `None` where there is none.
    async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError>;

    /// Keeps a clip; when this returns, a crash can't lose it.
    async fn put(&self, key: &SegmentKey, clip: Clip) -> Result<(), StoreError>;
}
