//! Engines that were opened, at hand without another thread.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::answer::Refusal;
use super::status::broken;
use crate::{Opened, Repertoire};

/// More than anybody has voices: a caller who names ever others does not fill the memory.
const MOST: usize = 256;

/// Opened engines by model and voice.
#[derive(Default)]
pub(super) struct Opens(Mutex<HashMap<(String, String), Opened>>);

impl Opens {
    /// Opens an engine on a thread on which that is no harm; with `known`, one that was opened before
    /// will do.
    pub(super) async fn open(
        &self,
        repertoire: &Arc<dyn Repertoire>,
        model: String,
        voice: String,
        known: bool,
    ) -> Result<Opened, Refusal> {
        let name = (model, voice);
        if known && let Some(opened) = self.get(&name) {
            return Ok(opened);
        }
        let (repertoire, (model, voice)) = (Arc::clone(repertoire), name.clone());
        let opened = tokio::task::spawn_blocking(move || repertoire.open(&model, &voice));
        let opened = opened.await.map_err(|panic| broken(&panic.to_string()))??;
        if known {
            self.put(name, opened.clone());
        }
        Ok(opened)
    }

    fn get(&self, name: &(String, String)) -> Option<Opened> {
        let opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        opened.get(name).cloned()
    }

    fn put(&self, name: (String, String), engine: Opened) {
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= MOST {
            opened.clear();
        }
        opened.insert(name, engine);
    }
}
