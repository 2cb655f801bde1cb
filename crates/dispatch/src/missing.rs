//! Which segments share a clip, and which chapters wait for it.

use std::collections::{HashMap, HashSet};

use audiotome_core::{Plan, SegmentKey};

use crate::round::characters;

/// The opening is always read first: no chapter can be encoded before the loudness of the voice is known, which is
/// measured on the first minute. So many characters take a minute at least, also when they are read fast.
const OPENING: usize = 1_500;

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

    /// What somebody needs who listens at a segment of the plan, in that order: the opening of the book and what
    /// comes from there on; and then what comes before.
    pub(crate) fn needed_from(&self, plan: &Plan, position: usize) -> (Vec<usize>, Vec<usize>) {
        let key = |segment: &usize| plan.segments[*segment].key;
        let tasks = self.segments.iter().map(key).enumerate();
        let mut tasks: HashMap<_, _> = tasks.map(|(task, key)| (key, task)).collect();
        let mut needed = |segment: usize| tasks.remove(&key(&segment));
        let opening = opening(plan);
        let from = position.clamp(opening, plan.segments.len());
        let first = (0..opening).chain(from..plan.segments.len());
        let first = first.filter_map(&mut needed).collect();
        (first, (opening..from).filter_map(needed).collect())
    }

    /// The same in one piece.
    pub(crate) fn order_from(&self, plan: &Plan, position: usize) -> Vec<usize> {
        let (mut first, rest) = self.needed_from(plan, position);
        first.extend(rest);
        first
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

/// How many segments the opening of a book has.
fn opening(plan: &Plan) -> usize {
    let mut left = OPENING;
    let segments = plan.segments.iter();
    let opening = segments.take_while(|segment| {
        let fits = left > 0;
        left = left.saturating_sub(characters(segment));
        fits
    });
    opening.count()
}
