//! Times of day.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::spell;
use crate::normalise::replace;

static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?:\s?(?P<half>AM|PM|am\b|pm\b|a\.m\.|p\.m\.))?",
    )
    .expect("a fixed pattern")
});
/// `10:30–11:45`
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?P<from>\d{1,2}:[0-5]\d)\s?[–-]\s?(?P<to>\d{1,2}:[0-5]\d)\b")
        .expect("a fixed pattern")
});
/// As the British write it: `5.30 p.m.`
static DOTTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?P<hour>1[0-2]|0?[1-9])\.(?P<minute>[0-5]\d)\s?(?P<half>AM|PM|am\b|pm\b|a\.m\.|p\.m\.)",
    )
    .expect("a fixed pattern")
});
static HOUR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:(?P<from>1[0-2]|[1-9])\s?[–-]\s?)?(?P<hour>1[0-2]|[1-9])\s?(?P<half>AM|PM|am|pm)\b",
    )
    .expect("a fixed pattern")
});
static RATIO: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(\d{1,3}):(\d{1,3})\b").expect("a fixed pattern"));

/// Replaces `5:30 PM` by `five thirty PM`, `3:1` by `three to one`.
pub(in crate::normalise) fn times(text: &str) -> Cow<'_, str> {
    let text = RANGE.replace_all(text, "$from to $to");
    let text = replace(text, &CLOCK, clock);
    let text = replace(text, &DOTTED, clock);
    let text = replace(text, &HOUR, |found| {
        let from = found.name("from").map_or(String::new(), |from| {
            format!("{} to ", spell::written(from.as_str()))
        });
        format!(
            "{from}{} {}",
            spell::written(&found["hour"]),
            found["half"].to_uppercase()
        )
    });
    replace(text, &RATIO, |found| {
        format!(
            "{} to {}",
            spell::written(&found[1]),
            spell::written(&found[2])
        )
    })
}

fn clock(found: &Captures<'_>) -> String {
    let hour: u64 = found["hour"].parse().unwrap_or(0);
    let minute: u64 = found["minute"].parse().unwrap_or(0);
    let half = found
        .name("half")
        .map(|half| half.as_str().replace('.', "").to_uppercase());
    let mut said = match (minute, &half) {
        (0, None) if (1..=12).contains(&hour) => format!("{} o'clock", spell::cardinal(hour)),
        (0, None) => format!("{} hundred", spell::cardinal(hour)),
        (0, Some(_)) => spell::cardinal(hour),
        (1..=9, _) => format!("{} oh {}", spell::cardinal(hour), spell::cardinal(minute)),
        _ => format!("{} {}", spell::cardinal(hour), spell::cardinal(minute)),
    };
    if let Some(second) = found.name("second") {
        let second: u64 = second.as_str().parse().unwrap_or(0);
        let unit = if second == 1 { "second" } else { "seconds" };
        said.push_str(&format!(" and {} {unit}", spell::cardinal(second)));
    }
    if let Some(half) = half {
        said.push(' ');
        said.push_str(&half);
    }
    said
}
