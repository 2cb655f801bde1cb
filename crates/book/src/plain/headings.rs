//! Which paragraphs are headings.

use std::collections::HashMap;
use std::ops::Range;

use super::contents::Contents;
use super::inline::{Marks, is_note};
use super::layout::{Paragraph, underlined};
use crate::chapters::is_chapter_line;
use crate::normalise::roman_value;

/// Letters of a chapter's heading with its subtitle.
const LONGEST: usize = 300;
/// Letters of a line that is a heading only by its layout.
const LONGEST_LINE: usize = 60;
/// Letters of a chapter line without a title of its own.
const BARE: usize = 24;
/// Letters of a numbered title, and of the text below it.
const LONGEST_TITLE: usize = 80;
const SECTION: usize = 100;
/// Numbers in their order that make chapters: alone, and in front of titles. Lists have them, too.
const NUMBERS: usize = 2;
const TITLES: usize = 3;
/// Columns from the margin at which a line is a title rather than a paragraph's first.
const CENTRED: usize = 9;

/// The headings of a text, by the index of their paragraph.
pub(super) struct Headings {
    found: HashMap<usize, (u8, String)>,
    /// Paragraphs that are the second line of the heading before them.
    joined: Vec<usize>,
    /// Paragraphs that are none.
    contents: Range<usize>,
}

impl Headings {
    /// Finds lines like "Chapter 3" (level 2), consecutive bare numerals (level 2), lines that
    /// stand further out than the text (level 1), underlined lines, and lines in capitals (level 3).
    pub(super) fn find(paragraphs: &[Paragraph<'_>], marks: &Marks, contents: &Contents) -> Self {
        let mut headings = Self {
            found: HashMap::new(),
            joined: Vec::new(),
            contents: contents.list.clone(),
        };
        headings.add_chapter_lines(paragraphs, marks);
        headings.add_numerals(paragraphs, marks);
        headings.add_numbered_titles(paragraphs, marks);
        let mut named = contents.headings.clone();
        named.retain(|index| paragraphs[*index].lines.len() == 1 && !headings.is_joined(*index));
        let level = headings.next_level();
        headings.add_run(&named, level, paragraphs, marks);
        for index in headings.candidates(paragraphs) {
            if let Some(level) = level_by_layout(paragraphs, index) {
                let title = marks.spoken(paragraphs[index].lines[0]);
                headings.found.entry(index).or_insert((level, title));
            }
        }
        headings
    }

    /// Level and text of a heading.
    pub(super) fn of(&self, index: usize) -> Option<(u8, &str)> {
        self.found
            .get(&index)
            .map(|(level, title)| (*level, title.as_str()))
    }

    /// Whether a paragraph is part of the heading before it.
    pub(super) fn is_joined(&self, index: usize) -> bool {
        self.joined.binary_search(&index).is_ok()
    }

    fn candidates(&self, paragraphs: &[Paragraph<'_>]) -> Vec<usize> {
        let all = 0..paragraphs.len();
        all.filter(|index| !self.contents.contains(index)).collect()
    }

    fn add_chapter_lines(&mut self, paragraphs: &[Paragraph<'_>], marks: &Marks) {
        let is_chapter = |paragraph: &Paragraph<'_>| {
            paragraph.lines.len() <= 4
                && paragraph.characters() <= LONGEST
                && underlined(paragraph).is_none()
                && is_chapter_line(&marks.spoken(paragraph.lines[0]))
        };
        let mut chapters = self.candidates(paragraphs);
        chapters.retain(|index| is_chapter(&paragraphs[*index]));
        let bare = |index: usize| marks.join(&paragraphs[index]).chars().count() <= BARE;
        // Titles on a line of their own, if most chapters have one.
        let titled = chapters
            .iter()
            .filter(|index| bare(**index) && looks_like_subtitle(paragraphs, **index + 1))
            .count();
        let subtitles = titled * 10 >= chapters.len() * 8 && titled > 1;
        for index in chapters {
            let mut title = marks.spoken(&marks.join(&paragraphs[index]));
            if subtitles && bare(index) && is_subtitle(paragraphs, index + 1) {
                title = format!(
                    "{title}\n{}",
                    marks.spoken(&marks.join(&paragraphs[index + 1]))
                );
                self.joined.push(index + 1);
            }
            self.found.insert(index, (2, title));
        }
    }

    /// `I.`, `II.`, `III.` on lines of their own, in this order; again from one in the next part.
    fn add_numerals(&mut self, paragraphs: &[Paragraph<'_>], marks: &Marks) {
        for run in self.runs(paragraphs, |index| bare_number(&paragraphs[index])) {
            if run.len() >= NUMBERS {
                self.add_run(&run, 2, paragraphs, marks);
            }
        }
    }

    /// `I. The Start`, `II. The Road`, `III. The End`, in this order and with text between them.
    fn add_numbered_titles(&mut self, paragraphs: &[Paragraph<'_>], marks: &Marks) {
        let has_text = |from: usize, to: usize| {
            let between = paragraphs[from + 1..to].iter();
            between.map(Paragraph::characters).sum::<usize>() >= SECTION
        };
        for is_roman in [true, false] {
            let number = |index: usize| {
                let is_apart = index == 0 || paragraphs[index].blank_before > 0;
                let (number, roman) = numbered_title(&paragraphs[index]).filter(|_| is_apart)?;
                (roman == is_roman).then_some(number)
            };
            let level = self.next_level();
            for run in self.runs(paragraphs, number) {
                if run.len() >= TITLES && run.windows(2).all(|two| has_text(two[0], two[1])) {
                    self.add_run(&run, level, paragraphs, marks);
                }
            }
        }
    }

    /// The level of sections where chapters are known, else that of chapters.
    fn next_level(&self) -> u8 {
        if self.found.is_empty() { 2 } else { 3 }
    }

    /// Paragraphs that are numbered from one on.
    fn runs(
        &self,
        paragraphs: &[Paragraph<'_>],
        number: impl Fn(usize) -> Option<usize>,
    ) -> Vec<Vec<usize>> {
        let mut runs: Vec<Vec<usize>> = vec![Vec::new()];
        for index in self.candidates(paragraphs) {
            let number = number(index);
            if let Some(run) = runs.last_mut()
                && number == Some(run.len() + 1)
            {
                run.push(index);
            } else if number == Some(1) {
                runs.push(vec![index]);
            }
        }
        runs
    }

    fn add_run(&mut self, run: &[usize], level: u8, paragraphs: &[Paragraph<'_>], marks: &Marks) {
        for index in run {
            self.found
                .entry(*index)
                .or_insert_with(|| (level, marks.spoken(&marks.join(&paragraphs[*index]))));
        }
    }
}

/// Whether a paragraph can be the title under "Chapter 1": short, and text follows.
fn is_subtitle(paragraphs: &[Paragraph<'_>], index: usize) -> bool {
    paragraphs.get(index).is_some_and(|paragraph| {
        paragraph.lines.len() <= 3
            && paragraph.characters() <= LONGEST
            && !is_note(paragraph.lines[0])
            && paragraph.blank_before <= 3
    })
}

/// Whether its layout, too, says that a paragraph is a title and not the first one of the text:
/// it stands further from the text than paragraphs do from each other, or is a line that is
/// neither long nor a sentence.
fn looks_like_subtitle(paragraphs: &[Paragraph<'_>], index: usize) -> bool {
    let Some(paragraph) = paragraphs
        .get(index)
        .filter(|_| is_subtitle(paragraphs, index))
    else {
        return false;
    };
    let blank_before = |index: usize| {
        paragraphs
            .get(index)
            .map(|paragraph| paragraph.blank_before)
    };
    let apart = blank_before(index + 2).is_some_and(|usual| blank_before(index + 1) > Some(usual));
    let is_line = || {
        let [line] = paragraph.lines.as_slice() else {
            return false;
        };
        line.chars().count() <= LONGEST_LINE
            && line.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '）'))
    };
    apart || paragraph.indent >= CENTRED || is_capitals(&paragraph.lines) || is_line()
}

fn bare_number(paragraph: &Paragraph<'_>) -> Option<usize> {
    let [line] = paragraph.lines.as_slice() else {
        return None;
    };
    let numeral =
        line.trim_matches(|c: char| matches!(c, '.' | '-' | '—' | '–' | ' ' | '[' | ']' | '*'));
    if numeral.len() > 8 {
        return None;
    }
    let value = roman_value(numeral).or_else(|| numeral.parse().ok())?;
    usize::try_from(value).ok()
}

/// The number of a title on a line of its own that begins with one, and whether it is Roman.
fn numbered_title(paragraph: &Paragraph<'_>) -> Option<(usize, bool)> {
    let [line] = paragraph.lines.as_slice() else {
        return None;
    };
    let (number, title) = line.split_once(['.', ':', ')', '—', '–'])?;
    let title = title.trim_start();
    let is_title = line.chars().count() <= LONGEST_TITLE
        && title.starts_with(|c: char| !c.is_lowercase())
        && !title.ends_with([',', ';', ':']);
    let number = number.trim_end();
    let roman = roman_value(number);
    let value = roman.or_else(|| number.parse().ok()).filter(|_| is_title)?;
    Some((usize::try_from(value).ok()?, roman.is_some()))
}

fn level_by_layout(paragraphs: &[Paragraph<'_>], index: usize) -> Option<u8> {
    let paragraph = &paragraphs[index];
    if let Some(level) = underlined(paragraph) {
        return Some(level);
    }
    let [line] = paragraph.lines.as_slice() else {
        return None;
    };
    let letters = line.chars().count();
    if letters > LONGEST_LINE || !line.chars().any(char::is_alphabetic) {
        return None;
    }
    let ends = line.ends_with(|c: char| {
        matches!(
            c,
            '。' | ',' | '，' | ';' | '；' | '：' | '︰' | '！' | '？' | '”' | '」'
        )
    });
    if paragraph.outdent >= 2 && letters <= LONGEST_LINE / 2 && !ends {
        return Some(1);
    }
    let alone = |at: Option<usize>| {
        at.and_then(|at| paragraphs.get(at))
            .is_none_or(|other| !is_capitals(&other.lines))
    };
    let apart = paragraph.blank_before > 0 && alone(index.checked_sub(1)) && alone(Some(index + 1));
    (apart && is_capitals(&paragraph.lines)).then_some(3)
}

/// Whether lines have at least three letters, and no small one.
pub(super) fn is_capitals(lines: &[&str]) -> bool {
    lines.iter().all(|line| !line.contains(char::is_lowercase))
        && lines
            .iter()
            .flat_map(|line| line.chars())
            .filter(|c| c.is_uppercase())
            .count()
            >= 3
}
