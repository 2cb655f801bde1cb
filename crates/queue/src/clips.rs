//! Clips in Redis itself, for people without shared storage.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use audiotome_codec::wav;
use audiotome_core::{Clip, SegmentKey, StoreError};
use redis::Cmd;

use crate::error::{QueueError, QueueErrorKind};
use crate::queue::Queue;

/// Clips are kept for a while: long enough for the master to fetch them, even if it is away over a weekend.
const KEPT: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Clips that are on their way to a master: they come with the word that they are spoken, see [`crate::Spoken`].
#[derive(Clone)]
pub struct RedisStore(Arc<Queue>);

impl RedisStore {
    /// The clips of a namespace. Refuses a Redis that throws keys away.
    ///
    /// # Errors
    /// When it does, or can't be used now.
    pub async fn open(queue: &Queue) -> Result<Self, QueueError> {
        queue.refuse_eviction().await?;
        Ok(Self(Arc::new(queue.clone())))
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

    /// Those of `keys` that are not there.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
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

    /// A clip, if it is there. A damaged one is removed.
    ///
    /// # Errors
    /// When it is damaged, or Redis can't be used now.
    pub async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        let mut command = Cmd::new();
        command.arg("GET").arg(self.key(key));
        let bytes: Option<Vec<u8>> = self
            .0
            .link
            .ask(&command)
            .await
            .map_err(failed("read a clip from"))?;
        let Some(bytes) = bytes else { return Ok(None) };
        match unpack(&bytes) {
            Ok(clip) => Ok(Some(clip)),
            Err(reason) => {
                self.remove(key).await?;
                Err(StoreError::Damaged { key: *key, reason })
            }
        }
    }

    fn key(&self, key: &SegmentKey) -> String {
        place(&self.0, key)
    }
}

fn place(queue: &Queue, key: &SegmentKey) -> String {
    queue.key(&format!("clip:{key}"))
}

/// Puts a clip on its way.
pub(crate) fn set(queue: &Queue, key: &SegmentKey, clip: &Clip) -> Cmd {
    let mut command = Cmd::new();
    command
        .arg("SET")
        .arg(place(queue, key))
        .arg(pack(clip))
        .arg("NX")
        .arg("PX")
        .arg(KEPT.as_millis().to_string());
    command
}

/// A clip on its way: the digest of what follows, and a WAV file. It is on its way for a moment only, so FLAC would cost
/// more than the bytes that it saves; a digest is quick enough to be made between two requests.
fn pack(clip: &Clip) -> Vec<u8> {
    let wav = wav::encode(clip);
    let mut bytes = blake3::hash(&wav).as_bytes().to_vec();
    bytes.extend(wav);
    bytes
}

fn unpack(bytes: &[u8]) -> Result<Clip, String> {
    let (digest, wav) = bytes
        .split_first_chunk::<{ blake3::OUT_LEN }>()
        .ok_or("it is cut off")?;
    if blake3::hash(wav) != *digest {
        return Err("the digest is wrong".to_owned());
    }
    wav::read(wav)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_comes_back_whole_or_not_at_all() {
        let clip = Clip::new(22_050, (0..300).map(|i| i * 7 - 900).collect()).unwrap();
        let whole = pack(&clip);
        assert_eq!(unpack(&whole), Ok(clip));
        for length in 0..whole.len() {
            assert!(unpack(&whole[..length]).is_err(), "{length}");
        }
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(unpack(&bytes).is_err(), "bit {bit}");
        }
    }
}
