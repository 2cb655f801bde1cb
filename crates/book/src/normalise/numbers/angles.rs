//! Angles and places on the earth: after degrees come minutes and seconds, never feet and inches.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{parts, plural};
use crate::normalise::Table;

/// What may follow the number of degrees. The degrees themselves are a measure as any other.
static ANGLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?P<digit>[0-9])\s?(?P<sign>[°º˚]|degrees?\b|deg\.)
        (?:\s?(?P<minutes>[0-9]{1,2}(?:[.,][0-9]+)?)\s?['’′´]
            (?:\s?(?P<seconds>[0-9]{1,2}(?:[.,][0-9]+)?)\s?(?:["”″]|['’′´]{2}))?
        )?
        (?P<compass>\s?(?P<side>[NSEWOZ])\b(?P<dot>\.)?)?"#,
    )
    .expect("a fixed pattern")
});

/// Replaces `45°30′15″N` by `45° 30 minutes 15 seconds north`, with numbers as `say` has them.
pub(super) fn angles<'t>(
    text: &'t str,
    table: &Table,
    say: impl Fn(&str) -> String,
) -> Cow<'t, str> {
    // Old texts in ASCII have `45 deg. 30' N.`
    if !text.contains(['°', 'º', '˚']) && !text.contains("deg") {
        return text.into();
    }
    ANGLE.replace_all(text, |found: &Captures<'_>| {
        let end = found.get(0).map_or(0, |found| found.end());
        angle(found, &text[end..], table, &say).unwrap_or_else(|| found[0].to_owned())
    })
}

fn angle(
    found: &Captures<'_>,
    after: &str,
    table: &Table,
    say: &impl Fn(&str) -> String,
) -> Option<String> {
    let minutes = found.name("minutes");
    // `3º E` is the third floor.
    if minutes.is_none() && &found["sign"] != "°" {
        return None;
    }
    let side = side(found, after, table);
    if minutes.is_none() && side.is_none() {
        return None;
    }
    let mut said = format!("{}°", &found["digit"]);
    for (part, sign) in [(minutes, "′"), (found.name("seconds"), "″")] {
        if let Some(part) = part {
            said.push(' ');
            said.push_str(&counted(part.as_str(), sign, table, say)?);
        }
    }
    match side {
        Some(side) => said.extend([" ", &side]),
        None => {
            // A letter that is no side stays, but apart from the word before it.
            if let Some(letter) = found.name("compass") {
                said.extend([" ", letter.as_str().trim_start()]);
            }
        }
    }
    if after.starts_with(char::is_alphanumeric) {
        said.push(' ');
    }
    Some(said)
}

/// The side of the world, with the full stop that ends a sentence.
fn side(found: &Captures<'_>, after: &str, table: &Table) -> Option<String> {
    let mut next = after.chars();
    match next.next() {
        // `30° S’il` begins a word.
        Some('\'' | '’') => return None,
        // `3° S-Bahn`
        Some('-' | '‑') if next.next().is_some_and(char::is_alphabetic) => return None,
        // `10° N.E.`
        Some(c) if c.is_alphabetic() && found.name("dot").is_some() => return None,
        _ => {}
    }
    let side = table.get("compass", found.name("side")?.as_str())?;
    let ends = found.name("dot").is_some() && !goes_on(after);
    Some(format!("{side}{}", if ends { "." } else { "" }))
}

/// Whether the sentence goes on after the full stop of a letter: `45° N. lat.`
fn goes_on(after: &str) -> bool {
    after.starts_with([',', ';', ':'])
        || (after.trim_start()).starts_with(|c: char| c.is_lowercase() || c.is_numeric())
}

fn counted(
    number: &str,
    sign: &str,
    table: &Table,
    say: &impl Fn(&str) -> String,
) -> Option<String> {
    let names = table.forms("units", sign)?;
    let (whole, part) = parts(number, table);
    let name = plural(&names, &whole, !part.is_empty());
    Some(format!("{} {name}", say(number)))
}
