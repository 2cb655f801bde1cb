//! What typists put between the words: emphasis, notes, hyphens at line ends.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::layout::Paragraph;
use crate::html::is_ideographic;

static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[(?:\d{1,3}|[a-z]|[*†‡]{1,3})\]").expect("a fixed pattern"));
/// The number of a page: `[Pg 12]`, `{Pg 12}`, `[S. xii]`. A Roman one stands apart: `[sic]`.
pub(super) const PAGE_NUMBER: &str = r"(?:\[(?i:pg|page|p|seite|s)(?:\.? ?\d{1,4}|(?:\. ?| )[ivxlc]+)\]|\{(?i:pg|page|p)\.? ?\d{1,4}\})";
/// Numbers of pages, and `{13}` where there are several.
static PAGE: LazyLock<Regex> = LazyLock::new(|| Regex::new(PAGE_NUMBER).expect("a fixed pattern"));
static PAGE_IN_BRACES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{(\d{1,4})\}").expect("a fixed pattern"));
static EMPHASIS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b_|_\b|(?:^|[^\p{L}\p{N}])(_)|(_)(?:[^\p{L}\p{N}]|$)").expect("a fixed pattern")
});
static NOTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\[(?:(?:Footnote|Note|Fußnote|Anmerkung|Nota|Сноска)\b|\d{1,3}\]|[*†‡]{1,3}\]|[a-z]\]\s)").expect("a fixed pattern")
});

/// Headings of sections of notes, without ornaments.
const NOTES: [&str; 10] = [
    "注釋",
    "注释",
    "註釋",
    "注解",
    "註解",
    "footnotes",
    "endnotes",
    "fußnoten",
    "notes de bas de page",
    "примечания",
];

/// What is known about the marks of a text.
pub(super) struct Marks {
    /// Words that occur unbroken, in lower case; empty when no line ends in a hyphen.
    words: HashSet<String>,
    /// Single kana in Chinese text are numbers of notes.
    kana_notes: bool,
    /// Numbers in braces count pages.
    pages_in_braces: bool,
}

impl Marks {
    pub(super) fn of(text: &str) -> Self {
        let hyphens = text.contains("-\n") || text.contains("-\r");
        let words = text
            .split(|c: char| !c.is_alphabetic() && c != '-')
            .filter(|_| hyphens);
        let words = words
            .filter(|word| !word.ends_with('-'))
            .map(str::to_lowercase)
            .collect();
        let kana = text.chars().filter(|c| is_kana(*c)).count();
        let han = text
            .chars()
            .filter(|c| matches!(c, '\u{4E00}'..='\u{9FFF}'))
            .count();
        Self {
            words,
            kana_notes: kana > 0 && kana * 30 < han,
            pages_in_braces: counts_pages(text),
        }
    }

    /// The lines of a paragraph in one: ideographs without a space, words broken by a hyphen whole
    /// again where they occur so elsewhere.
    pub(super) fn join(&self, paragraph: &Paragraph<'_>) -> String {
        let mut joined = String::new();
        for line in &paragraph.lines {
            self.append(&mut joined, line);
        }
        joined
    }

    fn append(&self, joined: &mut String, line: &str) {
        let (Some(before), Some(after)) = (joined.chars().next_back(), line.chars().next()) else {
            joined.push_str(line);
            return;
        };
        let dense = is_ideographic(before) && is_ideographic(after);
        let broken = before == '-' && after.is_alphabetic() && !joined.ends_with("--");
        if broken && self.is_whole_word(joined, line) {
            joined.pop();
        } else if !(dense || broken || joined.ends_with("--") || before == '—') {
            joined.push(' ');
        }
        joined.push_str(line);
    }

    fn is_whole_word(&self, joined: &str, line: &str) -> bool {
        let stem = joined.trim_end_matches('-');
        let start = stem
            .rsplit(|c: char| !c.is_alphabetic())
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let end = line
            .split(|c: char| !c.is_alphabetic())
            .next()
            .unwrap_or_default()
            .to_lowercase();
        self.words.contains(&format!("{start}{end}"))
            && !self.words.contains(&format!("{start}-{end}"))
    }

    /// The text without marks of emphasis and references to notes, with single spaces.
    pub(super) fn spoken(&self, text: &str) -> String {
        let text = REFERENCE.replace_all(text, "");
        let text = PAGE.replace_all(&text, "");
        let text = if self.pages_in_braces {
            PAGE_IN_BRACES.replace_all(&text, "")
        } else {
            text
        };
        let text = if text.contains('_') {
            EMPHASIS
                .replace_all(&text, |found: &regex::Captures<'_>| {
                    found[0].replace('_', "")
                })
                .into_owned()
        } else {
            text.into_owned()
        };
        let text = if self.kana_notes {
            without_kana(&text)
        } else {
            text
        };
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Verse with its lines.
    pub(super) fn verse(&self, paragraph: &Paragraph<'_>) -> String {
        let lines: Vec<String> = paragraph
            .lines
            .iter()
            .map(|line| self.spoken(line))
            .collect();
        lines.join("\n")
    }
}

/// Whether the numbers in braces are three at least, and each is larger than the one before.
fn counts_pages(text: &str) -> bool {
    let found = PAGE_IN_BRACES.captures_iter(text);
    let numbers: Vec<u32> = found.filter_map(|found| found[1].parse().ok()).collect();
    numbers.len() >= 3 && numbers.is_sorted_by(|one, next| one < next)
}

/// Whether a paragraph is the body of a note.
pub(super) fn is_note(text: &str) -> bool {
    NOTE.is_match(text)
}

/// Whether a line says that notes follow.
pub(super) fn is_notes_label(text: &str) -> bool {
    if text.len() > 60 {
        return false;
    }
    let label: String = text
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ')
        .collect();
    NOTES.contains(&label.trim().to_lowercase().as_str())
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}' | '\u{30FD}' | '\u{30FE}')
}

fn without_kana(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let beside = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| is_kana(*c));
    let lone =
        |at: usize| is_kana(chars[at]) && !beside(at.checked_sub(1)) && !beside(Some(at + 1));
    (0..chars.len())
        .filter(|at| !lone(*at))
        .map(|at| chars[at])
        .collect()
}
