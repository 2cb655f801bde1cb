//! Symbols that stand for words.

use super::Table;

/// Reads the symbols of a table as words, with spaces around them.
pub(super) fn symbols(text: &str, table: &Table) -> String {
    if !text.contains(|c: char| {
        !c.is_alphanumeric()
            && !c.is_whitespace()
            && !matches!(
                c,
                '.' | ',' | '!' | '?' | '\'' | '’' | '“' | '”' | '"' | '-' | ';' | ':'
            )
    }) {
        return text.to_owned();
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
        if !out.is_empty() && !out.ends_with([' ', '\n', '(', '“', '«']) {
            out.push(' ');
        }
        out.push_str(word);
        if !word.is_empty() && rest.starts_with(|c: char| c.is_alphanumeric() || c == '(') {
            out.push(' ');
        }
    }
    out
}

/// A plus is one only between numbers or terms; elsewhere it is a mark of a sort.
fn beside_number(before: &str, after: &str) -> bool {
    let spaced = before.ends_with(' ') && after.starts_with(' ');
    spaced || after.trim_start().starts_with(|c: char| c.is_ascii_digit())
}
