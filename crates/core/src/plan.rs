//! A book as the list of segments to speak.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::{Block, BlockKind, Book, Language, Narration, SegmentKey, Utterance};

/// All segments of a book in reading order.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How the book is read.
    pub narration: Narration,
    /// Chapters with at least one segment, in reading order.
    pub chapters: Vec<PlannedChapter>,
    /// Every segment; chapters hold ranges of it.
    pub segments: Vec<Segment>,
}

/// A chapter of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedChapter {
    /// Its number in the book, counted from 1.
    pub number: usize,
    /// Title for players.
    pub title: String,
    /// Its segments.
    pub segments: Range<usize>,
}

/// An utterance at its place in a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where its clip is found.
    pub key: SegmentKey,
    /// What the engine is asked to say.
    pub utterance: Utterance,
    /// The same passage as the book prints it.
    pub source: Arc<str>,
    /// Silence after the clip.
    pub pause_after: Duration,
}

/// Part of a block that is said at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// As the book prints it.
    pub source: String,
    /// As the engine gets it.
    pub spoken: String,
    /// Whether the sentence goes on in the next piece.
    pub continues: bool,
}

impl Segment {
    /// What is spoken, where the book prints something else.
    #[must_use]
    pub fn spoken_otherwise(&self) -> Option<&str> {
        let text = &*self.utterance.text;
        (text != &*self.source).then_some(text)
    }
}

impl Plan {
    /// Plans the chapters of `book` whose number (from 1) `wanted` accepts. `split` cuts a block into pieces.
    #[must_use]
    pub fn new(
        book: &Book,
        narration: Narration,
        wanted: impl Fn(usize) -> bool,
        split: impl Fn(&Block, &Language) -> Vec<Piece>,
    ) -> Self {
        let mut plan = Self {
            narration,
            chapters: Vec::new(),
            segments: Vec::new(),
        };
        for (index, chapter) in book.chapters.iter().enumerate() {
            if wanted(index + 1) {
                plan.add_chapter(index + 1, &chapter.title, &chapter.blocks, &split);
            }
        }
        plan
    }

    fn add_chapter(
        &mut self,
        number: usize,
        title: &str,
        blocks: &[Block],
        split: &impl Fn(&Block, &Language) -> Vec<Piece>,
    ) {
        let start = self.segments.len();
        for block in blocks {
            self.pause_at_least(start, self.before(block.kind));
            let language = block
                .language
                .clone()
                .unwrap_or_else(|| self.narration.language.clone());
            let pieces = split(block, &language);
            let last = pieces.len().saturating_sub(1);
            for (index, piece) in pieces.into_iter().enumerate() {
                let pause = match (index == last, piece.continues) {
                    (true, _) => self.after(block.kind),
                    (false, true) => self.narration.pauses.clause,
                    (false, false) => self.narration.pauses.sentence,
                };
                self.add_segment(piece, language.clone(), pause);
            }
        }
        if let Some(last) = self.segments[start..].last_mut() {
            last.pause_after = self.narration.pauses.chapter_tail;
            self.chapters.push(PlannedChapter {
                number,
                title: title.to_owned(),
                segments: start..self.segments.len(),
            });
        }
    }

    fn add_segment(&mut self, piece: Piece, language: Language, pause_after: Duration) {
        let key = SegmentKey::new(&self.narration, &language, &piece.spoken);
        let voice = self.segments.last().map_or_else(
            || self.narration.voice.as_str().into(),
            |segment| Arc::clone(&segment.utterance.voice),
        );
        let text: Arc<str> = piece.spoken.into();
        let source = if *piece.source == *text {
            Arc::clone(&text)
        } else {
            piece.source.into()
        };
        let utterance = Utterance {
            text,
            voice,
            language,
            speed: self.narration.speed,
        };
        self.segments.push(Segment {
            key,
            utterance,
            source,
            pause_after,
        });
    }

    /// Lengthens the pause before what comes next in the chapter that starts at `start`.
    fn pause_at_least(&mut self, start: usize, pause: Duration) {
        if let Some(last) = self.segments[start..].last_mut() {
            last.pause_after = last.pause_after.max(pause);
        }
    }

    fn before(&self, kind: BlockKind) -> Duration {
        match kind {
            BlockKind::Heading(_) => self.narration.pauses.before_heading,
            BlockKind::SceneBreak => self.narration.pauses.scene,
            BlockKind::Paragraph | BlockKind::Verse | BlockKind::ListItem => Duration::ZERO,
        }
    }

    fn after(&self, kind: BlockKind) -> Duration {
        match kind {
            BlockKind::Heading(_) => self.narration.pauses.after_heading,
            BlockKind::SceneBreak => self.narration.pauses.scene,
            BlockKind::Paragraph | BlockKind::Verse | BlockKind::ListItem => {
                self.narration.pauses.paragraph
            }
        }
    }

    /// Characters that the engine is asked to say.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.segments
            .iter()
            .map(|segment| segment.utterance.text.chars().count())
            .sum()
    }

    /// The same plan without `skipped` segments (indexes in order), as the user wants it.
    #[must_use]
    pub fn without(&self, skipped: &[usize]) -> Self {
        let kept =
            |range: Range<usize>| range.filter(|index| skipped.binary_search(index).is_err());
        let mut plan = Self {
            narration: self.narration.clone(),
            chapters: Vec::new(),
            segments: Vec::new(),
        };
        for chapter in &self.chapters {
            let start = plan.segments.len();
            plan.segments
                .extend(kept(chapter.segments.clone()).map(|index| self.segments[index].clone()));
            if let Some(last) = plan.segments[start..].last_mut() {
                last.pause_after = self.narration.pauses.chapter_tail;
                plan.chapters.push(PlannedChapter {
                    segments: start..plan.segments.len(),
                    ..chapter.clone()
                });
            }
        }
        plan
    }

    /// Says the segments with this key in other words. Only their own keys change.
    pub fn correct(&mut self, key: SegmentKey, text: &Arc<str>) {
        for segment in &mut self.segments {
            if segment.key == key {
                segment.utterance.text = Arc::clone(text);
                segment.key = SegmentKey::new(&self.narration, &segment.utterance.language, text);
            }
        }
    }

    /// The chapter that a segment belongs to.
    #[must_use]
    pub fn chapter_of(&self, segment: usize) -> usize {
        self.chapters
            .partition_point(|chapter| chapter.segments.end <= segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chapter, EngineId, Pauses, Speed};

    fn narration() -> Narration {
        Narration {
            engine: EngineId {
                engine: "tone".to_owned(),
                version: "1".to_owned(),
                weights: String::new(),
            },
            voice: "beep".to_owned(),
            language: Language::new("en"),
            speed: Speed::NORMAL,
            pauses: Pauses::default(),
        }
    }

    /// Cuts at full stops; a comma says that the sentence goes on.
    fn split(block: &Block, _: &Language) -> Vec<Piece> {
        let pieces = block
            .text
            .split_inclusive(['.', ','])
            .map(str::trim)
            .filter(|piece| !piece.is_empty());
        pieces
            .map(|piece| Piece {
                source: piece.to_owned(),
                spoken: piece.to_lowercase(),
                continues: piece.ends_with(','),
            })
            .collect()
    }

    fn book(chapters: Vec<Vec<Block>>) -> Book {
        let chapters = chapters
            .into_iter()
            .enumerate()
            .map(|(i, blocks)| Chapter {
                title: format!("{}", i + 1),
                blocks,
            })
            .collect();
        Book {
            chapters,
            ..Book::default()
        }
    }

    #[test]
    fn pauses_follow_the_text() {
        let blocks = vec![
            Block::new(BlockKind::Heading(1), "One."),
            Block::new(BlockKind::Paragraph, "A. B, c."),
            Block::new(BlockKind::SceneBreak, ""),
            Block::new(BlockKind::Paragraph, "D."),
            Block::new(BlockKind::Heading(2), "E."),
            Block::new(BlockKind::Paragraph, "F."),
        ];
        let plan = Plan::new(&book(vec![blocks]), narration(), |_| true, split);
        let pauses: Vec<_> = plan
            .segments
            .iter()
            .map(|s| s.pause_after.as_millis())
            .collect();
        assert_eq!(pauses, [1200, 350, 120, 1500, 900, 1200, 2000]);
    }

    #[test]
    fn chapters_keep_their_numbers_and_empty_ones_vanish() {
        let paragraph = |text: &str| vec![Block::new(BlockKind::Paragraph, text)];
        let book = book(vec![
            paragraph("A."),
            paragraph(""),
            paragraph("B. C."),
            paragraph("D."),
        ]);
        let plan = Plan::new(&book, narration(), |number| number != 1, split);
        let chapters: Vec<_> = plan
            .chapters
            .iter()
            .map(|c| (c.number, c.segments.clone()))
            .collect();
        assert_eq!(chapters, [(3, 0..2), (4, 2..3)]);
        assert_eq!(
            (0..3).map(|s| plan.chapter_of(s)).collect::<Vec<_>>(),
            [0, 0, 1]
        );
    }

    #[test]
    fn skipped_segments_and_chapters_of_them_vanish() {
        let paragraph = |text: &str| vec![Block::new(BlockKind::Paragraph, text)];
        let book = book(vec![paragraph("A. B."), paragraph("C."), paragraph("D.")]);
        let plan = Plan::new(&book, narration(), |_| true, split).without(&[1, 2]);
        let texts: Vec<_> = plan.segments.iter().map(|s| &*s.source).collect();
        assert_eq!(texts, ["A.", "D."]);
        assert_eq!(plan.segments[0].pause_after, Duration::from_secs(2));
        assert_eq!(
            plan.chapters.iter().map(|c| c.number).collect::<Vec<_>>(),
            [1, 3]
        );
    }

    #[test]
    fn a_correction_changes_only_its_own_key() {
        let paragraph = |text: &str| vec![Block::new(BlockKind::Paragraph, text)];
        let plan = Plan::new(
            &book(vec![paragraph("A. B. A.")]),
            narration(),
            |_| true,
            split,
        );
        let mut corrected = plan.clone();
        corrected.correct(plan.segments[0].key, &"alpha.".into());
        let said: Vec<_> = corrected
            .segments
            .iter()
            .map(|s| &*s.utterance.text)
            .collect();
        assert_eq!(said, ["alpha.", "b.", "alpha."]);
        assert_ne!(corrected.segments[0].key, plan.segments[0].key);
        assert_eq!(corrected.segments[1], plan.segments[1]);
        assert_eq!(&*corrected.segments[0].source, "A.");
    }

    #[test]
    fn the_same_sentence_has_one_key_wherever_it_stands() {
        let book = book(vec![
            vec![Block::new(BlockKind::Paragraph, "Yes. No.")],
            vec![Block::new(BlockKind::Heading(1), "Yes.")],
        ]);
        let plan = Plan::new(&book, narration(), |_| true, split);
        assert_eq!(plan.segments[0].key, plan.segments[2].key);
        assert_ne!(plan.segments[0].key, plan.segments[1].key);
        assert_eq!(
            (&*plan.segments[0].source, &*plan.segments[0].utterance.text),
            ("Yes.", "yes.")
        );
    }
}
