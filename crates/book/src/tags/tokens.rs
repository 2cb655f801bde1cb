//! Text cut at its tags.

use std::fmt::Write as _;
use std::time::Duration;

/// `[break]` of ebook2audiobook is a random 0.3 to 0.6 seconds; ours is the same each time.
const BREAK: Duration = Duration::from_millis(450);
/// Its `[pause]` is a random 1.0 to 1.6 seconds.
const PAUSE: Duration = Duration::from_millis(1_300);
/// The longest pause that one tag asks for, seconds.
const LONGEST_PAUSE: f64 = 300.0;
/// Bytes between the brackets of a tag.
const MOST_BYTES: usize = 500;
const NAMES: [&str; 4] = ["break", "pause", "voice", "skip"];

/// A tag.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tag {
    Pause(Duration),
    Voice(String),
    EndVoice,
    Skip,
    EndSkip,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'t> {
    Text(&'t str),
    /// A tag, as it stands in the text and what it means.
    Tag(&'t str, Tag),
    /// It has the name of a tag, but is none.
    Odd(&'t str),
}

/// The pieces of a text, in order and without gaps but for a `\` before a bracket of a tag.
pub(super) fn of(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    // Where the text begins that is in no token yet.
    let mut start = 0;
    for (at, _) in text.match_indices('[') {
        let Some((source, tag)) = tag_at(&text[at..]) else {
            continue;
        };
        let before = &text[start..at];
        let plain = before.strip_suffix('\\');
        push_text(&mut tokens, plain.unwrap_or(before));
        tokens.push(match (plain, tag) {
            (Some(_), _) => Token::Text(source),
            (None, Some(tag)) => Token::Tag(source, tag),
            (None, None) => Token::Odd(source),
        });
        start = at + source.len();
    }
    push_text(&mut tokens, &text[start..]);
    tokens
}

/// The text with a `\` before each tag, so that it is read as text.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut start = 0;
    for (at, _) in text.match_indices('[') {
        if tag_at(&text[at..]).is_some() {
            escaped.push_str(&text[start..at]);
            escaped.push('\\');
            start = at;
        }
    }
    escaped + &text[start..]
}

/// The tags that make a pause so long.
pub(super) fn pause(mut length: Duration) -> String {
    let mut tags = String::new();
    loop {
        let part = length.min(Duration::from_secs_f64(LONGEST_PAUSE));
        let _ = write!(tags, "[pause:{}]", part.as_secs_f64());
        length -= part;
        if length.is_zero() {
            return tags;
        }
    }
}

fn push_text<'t>(tokens: &mut Vec<Token<'t>>, text: &'t str) {
    if !text.is_empty() {
        tokens.push(Token::Text(text));
    }
}

/// What stands in brackets at the start of a text, where it has the name of a tag, and the tag, where it
/// is one. No tag has a bracket inside: the `[` of `[voice [pause]` is text.
fn tag_at(text: &str) -> Option<(&str, Option<Tag>)> {
    let inner = text.strip_prefix('[')?;
    let mut bytes = inner.bytes().take(MOST_BYTES);
    let end = bytes.position(|b| matches!(b, b'[' | b']'))?;
    if inner.as_bytes()[end] == b'[' {
        return None;
    }
    let source = &text[..end + 2];
    let (name, value) = match inner[..end].split_once(':') {
        Some((name, value)) => (name, Some(value.trim())),
        None => (&inner[..end], None),
    };
    let name = name.trim().to_ascii_lowercase();
    let known = NAMES.contains(&name.strip_prefix('/').unwrap_or(&name));
    known.then(|| (source, tag(&name, value)))
}

fn tag(name: &str, value: Option<&str>) -> Option<Tag> {
    Some(match (name, value) {
        ("break", None) => Tag::Pause(BREAK),
        ("pause", None) => Tag::Pause(PAUSE),
        ("pause", Some(seconds)) => Tag::Pause(duration(seconds)?),
        ("voice", Some(name)) if !name.is_empty() => Tag::Voice(name.to_owned()),
        ("/voice", None) => Tag::EndVoice,
        ("skip", None) => Tag::Skip,
        ("/skip", None) => Tag::EndSkip,
        _ => return None,
    })
}

/// `1.5`, `1,5` or `1.5s`.
fn duration(text: &str) -> Option<Duration> {
    let number = text.trim_end_matches(['s', 'S']).trim().replace(',', ".");
    let is_plain = number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let seconds: f64 = number.parse().ok().filter(|_| is_plain)?;
    (0.0..=LONGEST_PAUSE)
        .contains(&seconds)
        .then(|| Duration::from_millis(milliseconds(seconds)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 300 seconds"
)]
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1_000.0).round() as u64
}
