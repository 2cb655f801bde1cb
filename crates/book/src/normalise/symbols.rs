//! Symbols that stand for words.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Context, beginning, ending};

/// Reads the symbols of a table as words, with spaces around them.
pub(super) fn symbols<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    let table = context.table;
    if !text.contains(|c: char| {
        !c.is_alphanumeric()
            && !c.is_whitespace()
            && !matches!(
                c,
                '.' | ',' | '!' | '?' | '\'' | '’' | '“' | '”' | '"' | '-' | ';' | ':'
            )
    }) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let one = &rest[..c.len_utf8()];
        let two = rest
            .get(..2 * c.len_utf8())
            .filter(|two| two.chars().all(|other| other == c));
        let found = two
            .and_then(|two| table.get("symbols", two).map(|word| (two, word)))
            .or_else(|| table.get("symbols", one).map(|word| (one, word)))
            .filter(|(symbol, _)| *symbol != "+" || beside_number(&out, &rest[1..]));
        let Some((symbol, word)) = found.filter(|_| !c.is_alphanumeric()) else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        rest = &rest[symbol.len()..];
        if stands_beside(word, &out, rest) {
            // `Copyright ©`: it is said already.
            continue;
        }
        if !out.is_empty() && !out.ends_with([' ', '\n', '(', '“', '«']) {
            out.push(' ');
        }
        out.push_str(word);
        if !word.is_empty() && rest.starts_with(|c: char| c.is_alphanumeric() || c == '(') {
            out.push(' ');
        }
    }
    out.into()
}

/// Whether the word of a symbol is right before or after it, too.
fn stands_beside(word: &str, before: &str, after: &str) -> bool {
    let same = |other: Option<&str>| {
        other.is_some_and(|other| {
            let other = other.trim_matches(|c: char| !c.is_alphanumeric());
            !other.is_empty() && other.to_lowercase() == word.to_lowercase()
        })
    };
    same(ending(before).split_whitespace().next_back())
        || same(beginning(after).split_whitespace().next())
}

/// A plus is one only between numbers or terms; elsewhere it is a mark of a sort.
fn beside_number(before: &str, after: &str) -> bool {
    let spaced = before.ends_with(' ') && after.starts_with(' ');
    let joins = before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric);
    spaced || joins || after.trim_start().starts_with(|c: char| c.is_ascii_digit())
}

/// Raised numbers that are left are powers: `x²`, `10⁶`.
pub(super) fn powers<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    let table = context.table;
    static POWER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?P<minus>⁻)?(?P<digits>[¹²³⁰⁴-⁹]+)(?P<charge>[⁺⁻])?")
            .expect("a fixed pattern")
    });
    if !text.contains(|c: char| raised(c).is_some()) {
        return text.into();
    }
    POWER.replace_all(text, |found: &Captures<'_>| {
        let digits: String = found["digits"].chars().filter_map(raised).collect();
        // `Ca²⁺` is no square.
        if let Some(charge) = found.name("charge") {
            let sign = if charge.as_str() == "⁺" { "+" } else { "−" };
            return format!(" {digits} {sign}");
        }
        let minus = found.name("minus").map_or("", |_| "-");
        let special = match digits.as_str() {
            "2" if minus.is_empty() => table.get("forms", "power2"),
            "3" if minus.is_empty() => table.get("forms", "power3"),
            _ => None,
        };
        let form = special.or(table.get("forms", "power")).unwrap_or("{n}");
        let gap = if table.get("forms", "space").is_some() {
            ""
        } else {
            " "
        };
        format!("{gap}{}", form.replace("{n}", &format!("{minus}{digits}")))
    })
}

/// The digit that a raised one stands for.
pub(super) fn raised(c: char) -> Option<char> {
    let value = match c {
        '¹' => 1,
        '²' => 2,
        '³' => 3,
        '⁰' | '⁴'..='⁹' => u32::from(c) - u32::from('⁰'),
        _ => return None,
    };
    char::from_digit(value, 10)
}
