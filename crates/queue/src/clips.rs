//! Clips in Redis itself, for people without shared storage.

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use audiotome_codec::flac;
use audiotome_core::{AudioStore, Clip, SegmentKey, StoreError};
use redis::Cmd;

use crate::error::{QueueError, QueueErrorKind};
use crate::queue::Queue;

/// Keeps clips for a while: long enough for the master to fetch them, even if it is away over a weekend.
const KEPT: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// A store of clips that are on their way from a worker to a master.
#[derive(Clone)]
pub struct RedisStore(Queue);

impl RedisStore {
    /// The clips of a namespace. Refuses a Redis that throws keys away.
    ///
    /// # Errors
    /// When it does, or can't be used now.
    pub async fn open(queue: &Queue) -> Result<Self, QueueError> {
        queue.refuse_eviction().await?;
        Ok(Self(queue.clone()))
    }

    /// Removes a clip that has arrived.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn remove(&self, key: &SegmentKey) -> Result<(), StoreError> {
        let mut command = Cmd::new();
        command.arg("DEL").arg(self.key(key));
        self.0
            .link
            .ask(&command)
            .await
            .map_err(failed("remove a clip from"))
    }

    fn key(&self, key: &SegmentKey) -> String {
        self.0.key(&format!("clip:{key}"))
    }
}

#[async_trait]
impl AudioStore for RedisStore {
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
        let mut missing = Vec::new();
        for keys in keys.chunks(1000) {
            let mut pipe = redis::pipe();
            for key in keys {
                pipe.cmd("EXISTS").arg(self.key(key));
            }
            let there: Vec<bool> = self
                .0
                .link
                .send(&pipe)
                .await
                .map_err(failed("look for clips in"))?;
            let absent = keys.iter().zip(there).filter(|(_, there)| !there);
            missing.extend(absent.map(|(key, _)| *key));
        }
        Ok(missing)
    }

    async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        let mut command = Cmd::new();
        command.arg("GET").arg(self.key(key));
        let bytes: Option<Vec<u8>> = self
            .0
            .link
            .ask(&command)
            .await
            .map_err(failed("read a clip from"))?;
        let Some(bytes) = bytes else { return Ok(None) };
        match flac::decode(&bytes) {
            Ok(clip) => Ok(Some(clip)),
            Err(error) => {
                self.remove(key).await?;
                Err(StoreError::Damaged {
                    key: *key,
                    reason: error.to_string(),
                })
            }
        }
    }

    async fn put(&self, key: &SegmentKey, clip: Clip) -> Result<(), StoreError> {
        let bytes = tokio::task::spawn_blocking(move || flac::encode(&clip)).await;
        let bytes = bytes.map_err(|error| StoreError::Io {
            action: "pack a clip".to_owned(),
            source: io::Error::other(error),
        })?;
        let mut command = Cmd::new();
        command
            .arg("SET")
            .arg(self.key(key))
            .arg(bytes)
            .arg("NX")
            .arg("PX")
            .arg(KEPT.as_millis().to_string());
        let _: Option<String> = self
            .0
            .link
            .ask(&command)
            .await
            .map_err(failed("write a clip to"))?;
        Ok(())
    }
}

fn failed(action: &'static str) -> impl Fn(QueueError) -> StoreError {
    move |error| StoreError::Io {
        action: format!("{action} `{}`", error.address),
        source: match error.kind() {
            QueueErrorKind::Full => io::Error::new(io::ErrorKind::StorageFull, error),
            QueueErrorKind::ReadOnly => io::Error::new(io::ErrorKind::ReadOnlyFilesystem, error),
            _ => io::Error::other(error),
        },
    }
}
