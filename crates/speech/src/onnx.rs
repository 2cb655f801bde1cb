//! ONNX models in pure Rust: one thread for each inference, one set of weights for all slots.
//!
//! The program runs one slot per core, so a model that spread one sentence over all cores would
//! only get in its own way: two slots with a thread each speak 1.35 times as much as one slot with
//! two threads. rten computes in a pool of its own, and a pool shared by all slots would make them
//! wait for each other; so every inference borrows a pool with a single thread, and a model has as
//! many of them as it ever had slots at once.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use audiotome_core::SpeechError;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use sha2::{Digest, Sha256};

use crate::OpenError;

/// How many hexadecimal digits of a digest stand in an [`EngineId`](audiotome_core::EngineId).
const WEIGHTS_DIGITS: usize = 16;

/// A loaded model.
pub(crate) struct Network {
    name: String,
    model: Model,
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

impl Network {
    /// Loads the model that `bytes` describe; `name` is the file's, for messages.
    ///
    /// # Errors
    /// [`OpenError::BadVoice`] when the bytes are no ONNX model that rten can run.
    pub(crate) fn new(voice: &str, name: &str, bytes: Vec<u8>) -> Result<Self, OpenError> {
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(bytes)
            .map_err(|error| bad_voice(voice, format!("`{name}`: {error}")))?;
        Ok(Self {
            name: name.to_owned(),
            model,
            idle: Mutex::new(Vec::new()),
        })
    }

    /// The input or output called `name`.
    ///
    /// # Errors
    /// [`OpenError::BadVoice`] when the model has none.
    pub(crate) fn node(&self, voice: &str, name: &str) -> Result<NodeId, OpenError> {
        self.model
            .find_node(name)
            .ok_or_else(|| bad_voice(voice, format!("`{}` has no `{name}`", self.name)))
    }

    /// Runs the model once, on one thread.
    ///
    /// # Errors
    /// [`SpeechError::Permanent`]: the same input fails in the same way again.
    pub(crate) fn run<const N: usize>(
        &self,
        inputs: Vec<(NodeId, ValueOrView<'_>)>,
        outputs: [NodeId; N],
    ) -> Result<[Value; N], SpeechError> {
        let pool = self.borrow_pool();
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&pool)));
        let result = self.model.run_n(inputs, outputs, Some(options));
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(pool);
        result.map_err(|error| SpeechError::Permanent(format!("`{}` failed: {error}", self.name)))
    }

    fn borrow_pool(&self) -> Arc<ThreadPool> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)))
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Reads a file of a voice.
///
/// # Errors
/// [`OpenError::Unreadable`] when it isn't there or the disk refuses.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, OpenError> {
    std::fs::read(path).map_err(|source| OpenError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// The digest over all weights of an engine, as its id has it.
pub(crate) fn weights_digest<'a>(files: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut all = Sha256::new();
    for file in files {
        all.update(Sha256::digest(file));
    }
    let mut digits: String = all
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    digits.truncate(WEIGHTS_DIGITS);
    digits
}

fn bad_voice(voice: &str, reason: String) -> OpenError {
    OpenError::BadVoice {
        voice: voice.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_differs_with_every_file_and_their_boundary() {
        let digest = weights_digest([b"ab".as_slice(), b"c"]);
        assert_eq!(digest.len(), WEIGHTS_DIGITS);
        assert_ne!(digest, weights_digest([b"ab".as_slice(), b"d"]));
        assert_ne!(digest, weights_digest([b"a".as_slice(), b"bc"]));
        assert_eq!(digest, weights_digest([b"ab".as_slice(), b"c"]));
    }

    #[test]
    fn bytes_that_are_no_model_are_damaged() {
        let error = Network::new("x", "x.onnx", b"not a model".to_vec()).unwrap_err();
        assert!(matches!(error, OpenError::BadVoice { .. }), "{error}");
    }
}
