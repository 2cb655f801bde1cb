//! Quotation marks and apostrophes that are written with other signs.

use std::borrow::Cow;

use super::Context;

/// Two signs that stand for a quotation mark.
const PAIRS: [(&str, char); 5] = [
    ("``", '“'),
    ("''", '”'),
    (",,", '„'),
    ("<<", '«'),
    (">>", '»'),
];

/// Replaces accents and primes between letters by apostrophes (`don´t`), and signs that were set twice by
/// the quotation mark they stand for (``` ``so'' ```).
pub(super) fn quotes<'t>(text: &'t str, _: Context<'_>) -> Cow<'t, str> {
    let is_pair =
        |pair: &[u8]| pair[0] == pair[1] && matches!(pair[0], b'`' | b'\'' | b',' | b'<' | b'>');
    if !text.contains(is_accent) && !text.as_bytes().windows(2).any(is_pair) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let pair = PAIRS.iter().find(|(signs, _)| rest.starts_with(signs));
        let used = match pair {
            // Three of a kind are something else.
            Some((signs, mark)) if !rest[2..].starts_with(c) && !out.ends_with(c) => {
                out.push(*mark);
                signs.len()
            }
            _ => {
                let after = &rest[c.len_utf8()..];
                let between =
                    out.ends_with(char::is_alphabetic) && after.starts_with(char::is_alphabetic);
                out.push(if is_accent(c) && between { '’' } else { c });
                c.len_utf8()
            }
        };
        rest = &rest[used..];
    }
    out.into()
}

fn is_accent(c: char) -> bool {
    matches!(c, '`' | '´' | '′' | '‛')
}
