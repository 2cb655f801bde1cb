//! Amounts of money, with the digits left.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{NUMBER, parts, plural};
use crate::normalise::Table;

static MONEY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?P<before>R?[$€£¥₽₹￥﷼])?[ \u{{A0}}]?(?P<number>{NUMBER})(?P<scale>[ \u{{A0}}](?:[Mm]il|[Mm]rd|[Mm]io|[Bb]il|тыс|млн|млрд|миллион|миллиард|тысяч|tys|mln|mld|mil|duizend|miljo|miljard)\p{{L}}*\.?)?(?:[ \u{{A0}}]?(?P<after>[$€£¥₽₹￥﷼]))?"
    ))
    .expect("a fixed pattern")
});

/// Replaces `3,50 €` by `3 euros 50`.
pub(super) fn amounts<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    if !text.contains(|c: char| "$€£¥₽₹￥﷼".contains(c)) {
        return text.into();
    }
    MONEY.replace_all(text, |found: &Captures<'_>| {
        money(found, table).unwrap_or_else(|| found[0].to_owned())
    })
}

fn money(found: &Captures<'_>, table: &Table) -> Option<String> {
    let sign = found.name("before").or(found.name("after"))?;
    let names = table.forms("currency", sign.as_str())?;
    let number = &found["number"];
    let (whole, part) = parts(number, table);
    let start = if found[0].starts_with(' ') { " " } else { "" };
    let space = if table.get("forms", "space").is_some() {
        ""
    } else {
        " "
    };
    if let Some(scale) = found.name("scale") {
        let many = names.last()?;
        return Some(format!("{start}{number}{}{space}{many}", scale.as_str()));
    }
    let unit = plural(&names, &whole, !part.is_empty() && part.len() != 2);
    let form = table
        .get("forms", "money")
        .filter(|_| part.len() == 2 && part != "00");
    Some(match form {
        Some(form) => {
            let said = form
                .replace("{n}", &whole)
                .replace("{unit}", unit)
                .replace("{c}", part.trim_start_matches('0'));
            format!("{start}{said}")
        }
        None if part.is_empty() || part == "00" => format!("{start}{whole}{space}{unit}"),
        None => format!("{start}{number}{space}{unit}"),
    })
}
