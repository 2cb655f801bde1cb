//! Which segments share a clip, and which chapters wait for it.

use std::collections::{HashMap, HashSet};

use audiotome_core::{Plan, SegmentKey};

/// The clips that a plan still needs, in reading order.
#[derive(Debug)]
pub(crate) struct Missing {
    /// One segment for every missing key: the first that needs it.
    pub(crate) segments: Vec<usize>,
    /// For every missing clip, the chapters that wait for it.
    chapters: Vec<Vec<usize>>,
    /// For every chapter, how many clips it waits for.
    waiting: Vec<usize>,
}

impl Missing {
    pub(crate) fn new(plan: &Plan, missing: &HashSet<SegmentKey>) -> Self {
        let mut tasks = HashMap::new();
        let mut this = Self {
            segments: Vec::new(),
            chapters: Vec::new(),
            waiting: vec![0; plan.chapters.len()],
        };
        for (chapter, planned) in plan.chapters.iter().enumerate() {
            for index in planned.segments.clone() {
                let key = plan.segments[index].key;
                if missing.contains(&key) {
                    let task = *tasks.entry(key).or_insert(this.segments.len());
                    this.wait_for(task, index, chapter);
                }
            }
        }
        this
    }

    fn wait_for(&mut self, task: usize, segment: usize, chapter: usize) {
        if task == self.segments.len() {
            self.segments.push(segment);
            self.chapters.push(Vec::new());
        }
        if self.chapters[task].last() != Some(&chapter) {
            self.chapters[task].push(chapter);
            self.waiting[chapter] += 1;
        }
    }

    /// Chapters that wait for nothing.
    pub(crate) fn complete_chapters(&self) -> impl Iterator<Item = usize> {
        self.waiting
            .iter()
            .enumerate()
            .filter(|(_, waiting)| **waiting == 0)
            .map(|(chapter, _)| chapter)
    }

    /// A missing clip is there now. Returns the chapters that wait for nothing more.
    pub(crate) fn arrived(&mut self, task: usize) -> Vec<usize> {
        let mut complete = Vec::new();
        for chapter in std::mem::take(&mut self.chapters[task]) {
            self.waiting[chapter] -= 1;
            if self.waiting[chapter] == 0 {
                complete.push(chapter);
            }
        }
        complete
    }
}
