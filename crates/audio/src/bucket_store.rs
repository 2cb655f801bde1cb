//! Clips in a bucket of an S3 service: `prefix/ab/abcd….flac`, one object per key.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use audiotome_codec::flac;
use audiotome_core::{AudioStore, Clip, SegmentKey, StoreError};
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    ClientOptions, Error, ObjectStore as _, ObjectStoreExt as _, PutMode, PutPayload, RetryConfig,
};
use url::Url;

use crate::storage::new_id;

/// Objects that are looked for at once.
const AT_ONCE: usize = 32;
/// What one request may take. Whoever waits longer tries again.
const ANSWERING: std::time::Duration = std::time::Duration::from_secs(30);

/// A store in a bucket, which any number of machines may share.
#[derive(Clone)]
pub struct BucketStore {
    bucket: Arc<AmazonS3>,
    prefix: Path,
    name: String,
}

impl BucketStore {
    /// The store at `s3://bucket/prefix`. Keys, region and endpoint come from the variables that other
    /// programs use: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`.
    ///
    /// # Errors
    /// When they make no sense.
    pub fn open(url: &Url) -> Result<Self, StoreError> {
        // The TLS library wants to be told which cryptography to use; another call may have done so.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let name = url.to_string();
        let endpoint = std::env::var("AWS_ENDPOINT_URL").or_else(|_| std::env::var("AWS_ENDPOINT"));
        let plain = endpoint
            .as_ref()
            .is_ok_and(|endpoint| endpoint.starts_with("http://"));
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(url.host_str().unwrap_or_default())
            .with_client_options(
                ClientOptions::new()
                    .with_timeout(ANSWERING)
                    .with_allow_http(plain),
            )
            .with_retry(RetryConfig {
                max_retries: 2,
                retry_timeout: ANSWERING,
                ..RetryConfig::default()
            });
        if let Ok(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let bucket = builder.build().map_err(failed("use", &name))?;
        let prefix = Path::from_url_path(url.path()).map_err(|error| StoreError::Io {
            action: format!("use `{name}`"),
            source: io::Error::other(error),
        })?;
        Ok(Self {
            bucket: Arc::new(bucket),
            prefix,
            name,
        })
    }

    /// The id of the store, which the first who opens it writes.
    pub(crate) async fn shared_id(&self) -> Result<String, StoreError> {
        let path = self.prefix.clone().join("store-id");
        let id = new_id();
        if self.create(&path, id.clone().into_bytes()).await? {
            return Ok(id);
        }
        let there = self.read(&path).await?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&there).into_owned())
    }

    /// Writes an object that is not there. Returns whether it was not.
    async fn create(&self, path: &Path, bytes: Vec<u8>) -> Result<bool, StoreError> {
        let payload = PutPayload::from(bytes);
        match self
            .bucket
            .put_opts(path, payload, PutMode::Create.into())
            .await
        {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(failed("write to", &self.name)(error)),
        }
    }

    async fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
        let found = match self.bucket.get(path).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("read from", &self.name)(error)),
        }
    }

    async fn has(&self, key: SegmentKey) -> Result<bool, StoreError> {
        match self.bucket.head(&self.path(&key)).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed("look into", &self.name)(error)),
        }
    }

    fn path(&self, key: &SegmentKey) -> Path {
        let name = key.to_string();
        let folder = self.prefix.clone().join(&name[..2]);
        folder.join(format!("{name}.flac"))
    }
}

#[async_trait]
impl AudioStore for BucketStore {
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
        let looks = keys
            .iter()
            .copied()
            .map(|key| async move { Ok::<_, StoreError>((key, self.has(key).await?)) });
        let found: Vec<_> = futures_util::stream::iter(looks)
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let missing = found.into_iter().filter(|(_, there)| !there);
        Ok(missing.map(|(key, _)| key).collect())
    }

    async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        let Some(bytes) = self.read(&self.path(key)).await? else {
            return Ok(None);
        };
        match flac::decode(&bytes) {
            Ok(clip) => Ok(Some(clip)),
            Err(error) => {
                let path = self.path(key);
                self.bucket
                    .delete(&path)
                    .await
                    .map_err(failed("remove a clip from", &self.name))?;
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
        self.create(&self.path(key), bytes).await.map(drop)
    }
}

fn failed(action: &str, name: &str) -> impl FnOnce(Error) -> StoreError {
    let action = format!("{action} `{name}`");
    move |error| StoreError::Io {
        action,
        source: match error {
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
                io::Error::new(io::ErrorKind::PermissionDenied, error)
            }
            error => io::Error::other(error),
        },
    }
}
