//! Where every segment of a job stands.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use audiotome_audio::EncodedChapter;
use audiotome_core::{Event, Plan, SegmentKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::database::jobs::ReadyChapter;
use crate::rate::Rate;

/// Characters by which people recognise a text.
const EXCERPT: usize = 160;

/// Where a segment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SegmentState {
    /// Waits for its turn, or for another try.
    Waiting,
    /// Somebody is at it.
    Speaking,
    /// Its clip is there.
    Done,
    /// It failed for good.
    Dead,
}

/// A job's segments and chapters, kept up to date by events.
pub(crate) struct Board {
    pub(crate) plan: Arc<Plan>,
    states: Vec<SegmentState>,
    /// Who speaks, or spoke, a segment in this run.
    workers: HashMap<usize, Arc<str>>,
    /// Failed tries in this run.
    attempts: HashMap<usize, u32>,
    /// Segments that share a clip.
    same: HashMap<SegmentKey, Vec<usize>>,
    /// Encoded chapters, by index in the plan.
    ready: HashMap<usize, ReadyChapter>,
    pub(crate) counts: Counts,
    /// Why nobody speaks, while that is so.
    pub(crate) waiting_for: Option<String>,
    pub(crate) rate: Rate,
    started: HashMap<usize, Instant>,
}

/// Sums over a board.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) done: usize,
    pub(crate) dead: usize,
    pub(crate) characters: usize,
    pub(crate) characters_done: usize,
    /// Spoken in this run.
    pub(crate) audio_seconds: f64,
    pub(crate) retries: usize,
}

impl Board {
    /// The board of a plan of which the store lacks the clips `missing`.
    pub(crate) fn new(plan: Arc<Plan>, missing: &HashSet<SegmentKey>) -> Self {
        let mut same: HashMap<_, Vec<usize>> = HashMap::new();
        let mut counts = Counts::default();
        let mut states = Vec::with_capacity(plan.segments.len());
        for (index, segment) in plan.segments.iter().enumerate() {
            let characters = segment.utterance.text.chars().count();
            counts.characters += characters;
            if missing.contains(&segment.key) {
                same.entry(segment.key).or_default().push(index);
                states.push(SegmentState::Waiting);
            } else {
                states.push(SegmentState::Done);
                counts.done += 1;
                counts.characters_done += characters;
            }
        }
        Self {
            plan,
            states,
            workers: HashMap::new(),
            attempts: HashMap::new(),
            same,
            ready: HashMap::new(),
            counts,
            waiting_for: None,
            rate: Rate::default(),
            started: HashMap::new(),
        }
    }

    /// The same with chapters that were encoded before.
    pub(crate) fn with_ready(mut self, chapters: Vec<ReadyChapter>) -> Self {
        for chapter in chapters {
            let planned = &self.plan.chapters;
            let index = planned.iter().position(|p| p.number == chapter.number);
            if let Some(index) = index {
                self.ready.insert(index, chapter);
            }
        }
        self
    }

    /// Takes an event in. Returns how long speaking took, when a segment was spoken.
    pub(crate) fn apply(&mut self, event: &Event, now: Instant) -> Option<f64> {
        match event {
            Event::Speaking { segment, worker } => {
                self.waiting_for = None;
                self.started.entry(*segment).or_insert(now);
                self.put(*segment, SegmentState::Speaking, Some(worker));
            }
            Event::Spoken {
                segment,
                worker,
                audio,
                characters,
                took,
                ..
            } => {
                self.counts.audio_seconds += audio.as_secs_f64();
                self.rate.add(*characters, audio.as_secs_f64(), now);
                self.done(*segment, worker);
                let started = self.started.remove(segment);
                let took = took.or_else(|| Some(now - started?));
                return took.map(|took| took.as_secs_f64());
            }
            Event::Retried {
                segment, attempt, ..
            } => {
                self.counts.retries += 1;
                self.started.remove(segment);
                self.attempts.insert(*segment, *attempt);
                self.put(*segment, SegmentState::Waiting, None);
            }
            Event::Died { segment, .. } => {
                self.counts.dead += 1;
                self.put(*segment, SegmentState::Dead, None);
            }
            Event::Waiting { reason } => self.waiting_for = Some(reason.clone()),
            _ => {}
        }
        None
    }

    /// A chapter can be heard. Returns it as it is remembered.
    pub(crate) fn encoded(&mut self, chapter: &EncodedChapter) -> ReadyChapter {
        let ready = ReadyChapter {
            number: self.plan.chapters[chapter.chapter].number,
            path: chapter.path.clone(),
            samples: chapter.samples,
            sample_rate: chapter.sample_rate,
        };
        self.ready.insert(chapter.chapter, ready.clone());
        ready
    }

    fn done(&mut self, segment: usize, worker: &str) {
        let key = self.plan.segments[segment].key;
        for index in self.same.get(&key).cloned().unwrap_or_default() {
            if self.states[index] != SegmentState::Done {
                let text = &self.plan.segments[index].utterance.text;
                self.counts.characters_done += text.chars().count();
                self.counts.done += 1;
                self.put(index, SegmentState::Done, Some(worker));
            }
        }
    }

    fn put(&mut self, segment: usize, state: SegmentState, worker: Option<&str>) {
        if self.states[segment] == SegmentState::Done {
            return;
        }
        self.states[segment] = state;
        match worker {
            Some(worker) => self.workers.insert(segment, worker.into()),
            None => self.workers.remove(&segment),
        };
    }

    pub(crate) fn state(&self, segment: usize) -> SegmentState {
        self.states[segment]
    }

    pub(crate) fn worker(&self, segment: usize) -> Option<&str> {
        self.workers.get(&segment).map(|name| &**name)
    }

    /// Failed tries in this run.
    pub(crate) fn attempts(&self, segment: usize) -> u32 {
        self.attempts.get(&segment).copied().unwrap_or(0)
    }

    /// A chapter that can be heard, by its number in the book.
    pub(crate) fn ready(&self, number: usize) -> Option<&ReadyChapter> {
        self.ready.values().find(|chapter| chapter.number == number)
    }

    pub(crate) fn ready_count(&self) -> usize {
        self.ready.len()
    }

    /// Segments of a chapter (index in the plan) that are done.
    pub(crate) fn done_in(&self, chapter: usize) -> usize {
        let segments = self.plan.chapters[chapter].segments.clone();
        let done = self.states[segments].iter();
        done.filter(|state| **state == SegmentState::Done).count()
    }

    /// The beginning of a segment's text.
    pub(crate) fn excerpt(&self, segment: usize) -> String {
        let text = &self.plan.segments[segment].utterance.text;
        text.chars().take(EXCERPT).collect()
    }

    /// What is being spoken: segments and who has them.
    pub(crate) fn said(&self) -> impl Iterator<Item = (usize, &str)> {
        let states = self.states.iter().enumerate();
        let speaking = states.filter(|(_, state)| **state == SegmentState::Speaking);
        speaking.filter_map(|(segment, _)| Some((segment, self.worker(segment)?)))
    }

    /// Segments that are being spoken.
    pub(crate) fn speaking(&self) -> usize {
        let states = self.states.iter();
        states
            .filter(|state| **state == SegmentState::Speaking)
            .count()
    }
}
