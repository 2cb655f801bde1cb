//! A book as the list of segments to speak.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::{
    Block, BlockKind, Book, Cast, Chapter, EngineId, Language, Narration, SegmentKey, Utterance,
    pronunciation,
};

/// All segments of a book in reading order.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How the book is read; single segments may have another engine and voice.
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
    /// Who must say it, exactly.
    pub engine: Arc<EngineId>,
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
    /// Plans the chapters of `book` whose number (from 1) `wanted` accepts, read by `cast`. `split` cuts
    /// a block into pieces.
    #[must_use]
    pub fn new(
        book: &Book,
        cast: impl Into<Cast>,
        wanted: impl Fn(usize) -> bool,
        split: impl Fn(&Block, &Language) -> Vec<Piece>,
    ) -> Self {
        let cast = cast.into();
        let chapters = (1..).zip(&book.chapters);
        let chapters = chapters.filter(|(number, _)| wanted(*number));
        let plans =
            chapters.map(|(number, chapter)| Self::of_chapter(&cast, number, chapter, &split));
        Self::joined(cast.narrator.clone(), plans)
    }

    /// Plans the one chapter that has this number (from 1), as [`Plan::new`] plans all.
    #[must_use]
    pub fn of_chapter(
        cast: &Cast,
        number: usize,
        chapter: &Chapter,
        split: impl Fn(&Block, &Language) -> Vec<Piece>,
    ) -> Self {
        let mut plan = Self::empty(cast.narrator.clone());
        let pauses = plan.narration.pauses;
        let mut tail = pauses.chapter_tail;
        for block in &chapter.blocks {
            plan.pause_at_least(plan.before(block.kind));
            let reader = cast.reader(number, block);
            let language = block.language.as_ref().unwrap_or(&plan.narration.language);
            let language = language.clone();
            let pieces = split(block, &language);
            let last = pieces.len().saturating_sub(1);
            for (index, piece) in pieces.into_iter().enumerate() {
                let pause = match (index == last && !block.continues, piece.continues) {
                    (true, _) => plan.after(block.kind),
                    (false, true) => pauses.clause,
                    (false, false) => pauses.sentence,
                };
                let asked = block.pause.filter(|_| index == last);
                plan.add_segment(reader, piece, language.clone(), asked.unwrap_or(pause));
                tail = pauses.chapter_tail.max(asked.unwrap_or_default());
            }
        }
        if let Some(last) = plan.segments.last_mut() {
            last.pause_after = tail;
            plan.chapters.push(PlannedChapter {
                number,
                title: chapter.title.clone(),
                segments: 0..plan.segments.len(),
            });
        }
        plan
    }

    /// The plans of chapters, in reading order, as the plan of a book.
    #[must_use]
    pub fn joined(narration: Narration, chapters: impl IntoIterator<Item = Self>) -> Self {
        let mut plan = Self::empty(narration);
        for part in chapters {
            let start = plan.segments.len();
            plan.segments.extend(part.segments);
            for mut chapter in part.chapters {
                chapter.segments = start + chapter.segments.start..start + chapter.segments.end;
                plan.chapters.push(chapter);
            }
        }
        plan
    }

    fn empty(narration: Narration) -> Self {
        Self {
            narration,
            chapters: Vec::new(),
            segments: Vec::new(),
        }
    }

    fn add_segment(
        &mut self,
        reader: &Narration,
        piece: Piece,
        language: Language,
        pause_after: Duration,
    ) {
        let key = SegmentKey::new(reader, &language, &piece.spoken);
        let (engine, voice) = self.shared(reader);
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
            speed: reader.speed,
        };
        self.segments.push(Segment {
            key,
            engine,
            utterance,
            source,
            pause_after,
        });
    }

    /// Engine and voice of a reader, without a copy where the segment before has the same.
    fn shared(&self, reader: &Narration) -> (Arc<EngineId>, Arc<str>) {
        let before = self.segments.last();
        let engine = before.filter(|segment| *segment.engine == reader.engine);
        let voice = before.filter(|segment| *segment.utterance.voice == *reader.voice);
        (
            engine.map_or_else(
                || Arc::new(reader.engine.clone()),
                |segment| Arc::clone(&segment.engine),
            ),
            voice.map_or_else(
                || reader.voice.as_str().into(),
                |segment| Arc::clone(&segment.utterance.voice),
            ),
        )
    }

    /// The first segment of the voice that reads most segments, where there are several voices. What all
    /// share is as that segment has it.
    #[must_use]
    pub fn lead(&self) -> Option<SegmentKey> {
        let mut voices: Vec<(usize, &Segment)> = Vec::new();
        for segment in &self.segments {
            let same = |other: &Segment| {
                other.engine == segment.engine && other.utterance.voice == segment.utterance.voice
            };
            match voices.iter_mut().find(|(_, other)| same(other)) {
                Some((count, _)) => *count += 1,
                None => voices.push((1, segment)),
            }
        }
        let most = voices.iter().rev().max_by_key(|(count, _)| *count);
        most.filter(|_| voices.len() > 1)
            .map(|(_, segment)| segment.key)
    }

    /// How a segment is read.
    #[must_use]
    pub fn narration_of(&self, segment: &Segment) -> Narration {
        Narration {
            engine: EngineId::clone(&segment.engine),
            voice: segment.utterance.voice.to_string(),
            speed: segment.utterance.speed,
            language: self.narration.language.clone(),
            pauses: self.narration.pauses,
        }
    }

    /// Lengthens the pause before what comes next.
    fn pause_at_least(&mut self, pause: Duration) {
        if let Some(last) = self.segments.last_mut() {
            last.pause_after = last.pause_after.max(pause);
        }
    }

    fn before(&self, kind: BlockKind) -> Duration {
        let pauses = &self.narration.pauses;
        match kind {
            BlockKind::Heading(_) => pauses.before_heading,
            BlockKind::SceneBreak => pauses.scene,
            BlockKind::Paragraph | BlockKind::Verse | BlockKind::ListItem => Duration::ZERO,
        }
    }

    fn after(&self, kind: BlockKind) -> Duration {
        let pauses = &self.narration.pauses;
        match kind {
            BlockKind::Heading(_) => pauses.after_heading,
            BlockKind::SceneBreak => pauses.scene,
            BlockKind::Paragraph | BlockKind::Verse | BlockKind::ListItem => pauses.paragraph,
        }
    }

    /// Characters that the engine is asked to say.
    #[must_use]
    pub fn characters(&self) -> usize {
        let texts = self.segments.iter().map(|s| &s.utterance.text);
        let lengths = texts.map(|text| pronunciation::plain(text).chars().count());
        lengths.sum()
    }

    /// The same plan without `skipped` segments (indexes in order), as the user wants it.
    #[must_use]
    pub fn without(&self, skipped: &[usize]) -> Self {
        let kept =
            |range: Range<usize>| range.filter(|index| skipped.binary_search(index).is_err());
        let mut plan = Self::empty(self.narration.clone());
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
        for index in 0..self.segments.len() {
            if self.segments[index].key == key {
                let narration = self.narration_of(&self.segments[index]);
                let segment = &mut self.segments[index];
                segment.key = SegmentKey::new(&narration, &segment.utterance.language, text);
                segment.utterance.text = Arc::clone(text);
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
    use crate::{EngineId, Pauses, Speed};

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
        let chapter = |(number, blocks): (u32, _)| Chapter {
            title: number.to_string(),
            blocks,
        };
        Book {
            chapters: (1..).zip(chapters).map(chapter).collect(),
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
    fn a_pause_that_the_text_asks_for_is_as_long_as_it_says() {
        let paragraph = |text: &str, ms: Option<u64>, continues| Block {
            pause: ms.map(Duration::from_millis),
            continues,
            ..Block::new(BlockKind::Paragraph, text)
        };
        let blocks = vec![
            paragraph("A. B.", Some(100), false),
            paragraph("C.", None, true),
            paragraph("D.", Some(200), false),
            Block::new(BlockKind::SceneBreak, ""),
            paragraph("E.", Some(3_000), false),
        ];
        let plan = Plan::new(&book(vec![blocks]), narration(), |_| true, split);
        let pauses = plan.segments.iter().map(|s| s.pause_after.as_millis());
        assert_eq!(pauses.collect::<Vec<_>>(), [350, 100, 350, 1500, 3000]);
    }

    #[test]
    fn each_segment_names_who_speaks_it() {
        let voice = |name: &str| Narration {
            voice: name.to_owned(),
            ..narration()
        };
        let mut cast = Cast::from(narration());
        cast.speakers.insert("Alice".to_owned(), voice("alto"));
        cast.languages.insert(Language::new("fr"), voice("french"));
        cast.chapters.insert(2, voice("bass"));
        let block = |speaker: Option<&str>, language: Option<&str>| Block {
            voice: speaker.map(str::to_owned),
            language: language.map(Language::new),
            ..Block::new(BlockKind::Paragraph, "A.")
        };
        let chapter = vec![
            block(None, None),
            block(Some("Alice"), Some("fr")),
            block(Some("Nobody"), None),
            block(None, Some("fr")),
        ];
        let plan = Plan::new(&book(vec![chapter.clone(), chapter]), cast, |_| true, split);
        let voices: Vec<_> = plan.segments.iter().map(|s| &*s.utterance.voice).collect();
        assert_eq!(
            voices,
            [
                "beep", "alto", "beep", "french", "bass", "alto", "bass", "french"
            ]
        );
        assert_eq!(
            plan.lead(),
            Some(plan.segments[0].key),
            "of equals the first"
        );
        let mut corrected = plan.clone();
        corrected.correct(plan.segments[1].key, &"b.".into());
        let expected = SegmentKey::new(&voice("alto"), &Language::new("fr"), "b.");
        assert_eq!(corrected.segments[1].key, expected);
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
