//! An engine that does as it is told, and a store in memory that can be full.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex};

use async_trait::async_trait;
use audiotome_core::{
    AudioStore, Block, BlockKind, Book, Chapter, Clip, EngineId, Language, Narration, Pauses,
    Piece, Plan, SegmentKey, SpeechEngine, SpeechError, Speed, StoreError, Utterance, Voice,
};
use audiotome_dispatch::wire::OfferedVoice;
use audiotome_dispatch::{Opened, Repertoire, RepertoireError};

/// A plan with one segment per text.
pub(crate) fn plan(chapters: &[&[&str]]) -> Arc<Plan> {
    let chapter = |texts: &&[&str]| Chapter {
        title: "Chapter".to_owned(),
        blocks: texts
            .iter()
            .map(|text| Block::new(BlockKind::Paragraph, *text))
            .collect(),
    };
    let book = Book {
        chapters: chapters.iter().map(chapter).collect(),
        ..Book::default()
    };
    let narration = Narration {
        engine: id(),
        voice: "v".to_owned(),
        language: Language::new("en"),
        speed: Speed::NORMAL,
        pauses: Pauses::default(),
    };
    let whole = |block: &Block, _: &Language| {
        vec![Piece {
            source: block.text.clone(),
            spoken: block.text.clone(),
            continues: false,
        }]
    };
    Arc::new(Plan::new(&book, narration, |_| true, whole))
}

pub(crate) fn id() -> EngineId {
    EngineId {
        engine: "scripted".to_owned(),
        version: "1".to_owned(),
        weights: String::new(),
    }
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Fault {
    #[default]
    None,
    Fail(u32),
    Silent,
    Panic,
}

/// Speaks a square wave; texts that contain a word meet a fault.
pub(crate) struct Scripted {
    id: EngineId,
    word: &'static str,
    fault: Mutex<Fault>,
    calls: Mutex<Vec<String>>,
    /// While it is shut, nobody gets an answer.
    shut: Mutex<bool>,
    opened: Condvar,
}

impl Default for Scripted {
    fn default() -> Self {
        Self::with("\0", Fault::None)
    }
}

impl Scripted {
    pub(crate) fn failing(word: &'static str, times: u32) -> Self {
        Self::with(word, Fault::Fail(times))
    }

    pub(crate) fn silent(word: &'static str) -> Self {
        Self::with(word, Fault::Silent)
    }

    pub(crate) fn panicking(word: &'static str) -> Self {
        Self::with(word, Fault::Panic)
    }

    fn with(word: &'static str, fault: Fault) -> Self {
        Self {
            id: id(),
            word,
            fault: Mutex::new(fault),
            calls: Mutex::default(),
            shut: Mutex::new(false),
            opened: Condvar::new(),
        }
    }

    /// Another version: who asks for one does not get the other.
    pub(crate) fn versioned(version: &str) -> Self {
        let mut engine = Self::default();
        version.clone_into(&mut engine.id.version);
        engine
    }

    /// An engine that answers nobody until [`Scripted::open`].
    pub(crate) fn shut() -> Self {
        let engine = Self::default();
        *engine.shut.lock().unwrap() = true;
        engine
    }

    /// Lets everybody have an answer.
    pub(crate) fn open(&self) {
        *self.shut.lock().unwrap() = false;
        self.opened.notify_all();
    }

    /// Texts in the order in which they were asked for.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn calls_sorted(&self) -> Vec<String> {
        let mut calls = self.calls();
        calls.sort();
        calls
    }

    fn fault_for(&self, text: &str) -> Fault {
        if !text.contains(self.word) {
            return Fault::None;
        }
        let mut fault = self.fault.lock().unwrap();
        match *fault {
            Fault::Fail(0) => Fault::None,
            Fault::Fail(times) => std::mem::replace(&mut *fault, Fault::Fail(times - 1)),
            other => other,
        }
    }
}

impl SpeechEngine for Scripted {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn voices(&self) -> &[Voice] {
        &[]
    }

    fn synthesize(&self, utterance: &Utterance) -> Result<Clip, SpeechError> {
        self.calls.lock().unwrap().push(utterance.text.to_string());
        let shut = self.shut.lock().unwrap();
        drop(self.opened.wait_while(shut, |shut| *shut).unwrap());
        let samples = utterance.text.len() * 8_000 / 15;
        match self.fault_for(&utterance.text) {
            Fault::Fail(_) => Err(SpeechError::Transient("out of breath".to_owned())),
            Fault::Panic => panic!("a bug in the engine"),
            Fault::Silent => Ok(Clip::new(8_000, vec![0; samples]).unwrap()),
            Fault::None => Ok(Clip::new(
                8_000,
                (0..samples)
                    .map(|i| if i % 40 < 20 { 5_000 } else { -5_000 })
                    .collect(),
            )
            .unwrap()),
        }
    }
}

/// A worker's voices: this one engine.
pub(crate) struct Only(pub(crate) Arc<Scripted>);

impl Repertoire for Only {
    fn voices(&self) -> Vec<OfferedVoice> {
        vec![OfferedVoice {
            model: "scripted".to_owned(),
            voice: "v".to_owned(),
            language: "en".to_owned(),
            description: "a square wave".to_owned(),
        }]
    }

    fn open(&self, model: &str, voice: &str) -> Result<Opened, RepertoireError> {
        if model != "scripted" {
            return Err(RepertoireError::NotFound(format!("no model `{model}`")));
        }
        Ok(Opened {
            engine: self.0.clone(),
            voice: voice.to_owned(),
        })
    }

    fn opened(&self) -> Vec<Arc<dyn SpeechEngine>> {
        vec![self.0.clone()]
    }
}

/// A store in memory.
pub(crate) struct Memory {
    clips: Mutex<HashMap<SegmentKey, Clip>>,
    room: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self::full_after(usize::MAX)
    }
}

impl Memory {
    pub(crate) fn full_after(room: usize) -> Self {
        Self {
            clips: Mutex::default(),
            room,
        }
    }
}

#[async_trait]
impl AudioStore for Memory {
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
        let clips = self.clips.lock().unwrap();
        Ok(keys
            .iter()
            .filter(|key| !clips.contains_key(key))
            .copied()
            .collect())
    }

    async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        Ok(self.clips.lock().unwrap().get(key).cloned())
    }

    async fn put(&self, key: &SegmentKey, clip: Clip) -> Result<(), StoreError> {
        let mut clips = self.clips.lock().unwrap();
        if clips.len() == self.room {
            return Err(StoreError::Io {
                action: "write clip".to_owned(),
                source: std::io::ErrorKind::StorageFull.into(),
            });
        }
        clips.insert(*key, clip);
        Ok(())
    }
}
