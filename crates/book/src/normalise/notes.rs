//! Marks that point at notes: they are for the eye.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::{Match, Regex};

use super::{Context, Rule, Table, beginning, ending, symbols};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// `¹²`, `¹,³`, `[12]`, `[3, 4]`, `[note 5]`, `[*]`, `[a]`, and digits right after a word or a mark.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)
        (?P<raised>[¹²³⁰⁴-⁹]+ (?:[,⁻–-][¹²³⁰⁴-⁹]+)*)
        | (?P<bracketed>\x20?\[ (?: \d{1,3} (?:\x20?[,;–-]\x20?\d{1,3})* | [*†‡§]+ | (?:[Nn]ote|[Ff]ootnote|[Ff]n\.?)\x20?\d{1,3} )\])
        | (?P<lettered>\[[a-z]\])
        | (?P<ending>[.!?]["”’»)\]]* \d{1,3})
        | (?P<quoted>["”’»] \d{1,3})
        | (?P<plain>\p{Ll}{3,}[,;:]?\d{1,3})
        "#,
    )
});

/// Units whose squares and cubes look like words with a note.
const RAISED_UNITS: [&str; 16] = [
    "km", "cm", "mm", "dm", "nm", "µm", "ft", "yd", "mi", "ha", "км", "см", "мм", "дм", "χλμ", "in",
];

/// Removes marks of notes. Digits that belong to a word (`H2O`, `m²`, `mp3`, `tower12`) stay.
pub(super) fn remove<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    // Nearly no sentence has one, and the pattern is slow.
    if !text.contains(|c: char| c == '[' || is_number(c)) {
        return text.into();
    }
    let mut out = String::new();
    let mut done = 0;
    for found in MARK.captures_iter(text) {
        let name = [
            "raised",
            "bracketed",
            "lettered",
            "ending",
            "quoted",
            "plain",
        ]
        .into_iter()
        .find_map(|name| Some((name, found.name(name)?)));
        let Some((name, mark)) = name else { continue };
        let before = ending(&text[..mark.start()]);
        let after = beginning(&text[mark.end()..]);
        let digits = mark
            .as_str()
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .len();
        let removed = match name {
            "raised" => raised(before, mark.as_str(), after),
            "bracketed" => bracketed(before, mark.as_str(), after),
            "lettered" => before.ends_with(ends_clause),
            "plain" => {
                context
                    .marks
                    .is_some_and(|marks| in_series(marks, mark, digits))
                    && ends_here(after)
            }
            "quoted" if is_apostrophe(before, mark.as_str()) => false,
            _ => attached(before, mark.as_str(), digits, after, context.table),
        };
        if removed {
            let kept = if matches!(name, "ending" | "quoted" | "plain") {
                digits
            } else {
                0
            };
            out.push_str(&text[done..mark.start() + kept]);
            done = mark.end();
        }
    }
    if done == 0 {
        return text.into();
    }
    out.push_str(&text[done..]);
    out.into()
}

/// The numbers that words of a block carry as marks of notes (`senate12 … king13`): words in small
/// letters, each another one, whose numbers count on by one. One number alone, or the same word
/// twice (`tower1`, `tower2`), may as well be a name.
pub(super) fn series(block: &str) -> Option<(u32, u32)> {
    if !block.contains(is_number) {
        return None;
    }
    static CARRIED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?P<word>\b\p{Ll}{3,})[,;:]?(?P<number>\d{1,3})\b"));
    let mut marks: Option<(u32, u32)> = None;
    let mut before = "";
    for found in CARRIED.captures_iter(block) {
        let word = found.name("word").map_or("", |word| word.as_str());
        let number = found["number"].parse().ok()?;
        marks = match marks {
            None => Some((number, number)),
            Some((first, last)) if number == last + 1 && word != before => Some((first, number)),
            Some(_) => return None,
        };
        before = word;
    }
    marks.filter(|(first, last)| first < last)
}

/// Digits, raised ones as well.
fn is_number(c: char) -> bool {
    c.is_ascii_digit() || symbols::raised(c).is_some()
}

fn in_series((first, last): (u32, u32), mark: Match<'_>, digits: usize) -> bool {
    let number = mark.as_str()[digits..].parse();
    let numbers: RangeInclusive<u32> = first..=last;
    number.is_ok_and(|number| numbers.contains(&number))
}

/// `l’8 maggio`, `Windows’95`: unless a quotation began with a single mark, such a mark is an apostrophe.
fn is_apostrophe(before: &str, mark: &str) -> bool {
    mark.starts_with('’') && !before.contains('‘')
}

/// Whether a raised number is no power: after a mark, or after a word that is no unit.
fn raised(before: &str, mark: &str, after: &str) -> bool {
    let Some(last) = before.chars().next_back() else {
        return after.starts_with(char::is_whitespace);
    };
    // `SO₄²⁻`
    if after.starts_with(['⁺', '⁻']) {
        return false;
    }
    if last.is_whitespace() {
        return after.is_empty() || after.starts_with(char::is_whitespace);
    }
    if last == ')' {
        // `(x + y)²` is a power, `(as he says)²` no.
        let inside = before.rsplit('(').next().unwrap_or(before);
        return inside
            .split(|c: char| !c.is_alphabetic())
            .any(|word| word.chars().count() >= 3);
    }
    if last.is_ascii_digit() {
        let year = before
            .rsplit(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap_or(before);
        return year.len() == 4 && year.starts_with(['1', '2']) && mark.chars().count() <= 3;
    }
    if last == '⁻' {
        return false;
    }
    if !last.is_alphabetic() {
        return true;
    }
    let word = before
        .rsplit(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or(before);
    let letters = word.chars().count();
    let unit = RAISED_UNITS.contains(&word) || letters == 1;
    let sayable = letters >= 3
        || word.to_lowercase().contains(
            |c: char| !matches!(c, 'b'..='d' | 'f'..='h' | 'j'..='n' | 'p'..='t' | 'v'..='z'),
        );
    !unit && sayable && (letters >= 3 || word.chars().all(char::is_lowercase))
}

/// Whether a number in brackets is a mark: attached, or before the end of a clause. At the start of
/// a text it says which note that is.
fn bracketed(before: &str, mark: &str, after: &str) -> bool {
    if before.trim_end().is_empty() {
        return false;
    }
    let attached = !mark.starts_with(' ') && !before.ends_with(char::is_whitespace);
    attached || after.is_empty() || after.starts_with(ends_clause)
}

/// Whether digits right after the end of a sentence or a quotation are a mark: no white space
/// before them, and nothing that goes on after.
fn attached(before: &str, mark: &str, digits: usize, after: &str, table: &Table) -> bool {
    let word = before
        .rsplit(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or(before);
    let marks = &mark[..digits];
    // French sets a space before the mark.
    let before = if marks.starts_with('»') {
        before.trim_end()
    } else {
        before
    };
    let after_word = before
        .trim_end_matches(ends_clause)
        .ends_with(char::is_alphabetic);
    if !after_word || before.ends_with(char::is_uppercase) || !ends_here(after) {
        return false;
    }
    if !marks.starts_with('.') {
        return true;
    }
    let number_follows = matches!(
        table.abbreviation(&format!("{word}.")),
        [(Rule::BeforeNumber | Rule::Word | Rule::Title, _), ..]
    );
    let sentence_follows = !after.trim_start().starts_with(char::is_lowercase);
    word.chars().count() >= 2 && !number_follows && sentence_follows
}

fn ends_here(after: &str) -> bool {
    !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '/' | '%' | '°'))
        && !after
            .strip_prefix(['.', ',', ':'])
            .is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

fn ends_clause(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ';' | ':' | '!' | '?' | '…' | '"' | '”' | '’' | '»' | ')' | '。' | '，' | '」'
    )
}
