//! Amounts of money.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::spell;
use crate::normalise::{Table, replace};

static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?P<minus>(?:^|[\s(])[−–-])?(?P<land>\b(?:US|U\.S\.|A|AU|C|CA|NZ|HK))?
        (?P<sign>[$£€¥₹₽])\s?(?P<whole>\d[\d,]*)(?:\.(?P<part>\d+))?
        (?:(?P<dash>[–-])(?P<again>[$£€¥₹₽])?(?P<to>\d+(?:,\d{3})*)(?:\.(?P<topart>\d+))?\b)?
        (?:\s?(?P<scale>thousand|million|billion|trillion|[mk]\b|bn\b|[MKB]\b))?
        (?P<noun>-[a-z]+)?",
    )
    .expect("a fixed pattern")
});

/// `6s.`
static SHILLINGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?:£\s?(?P<pounds>\d[\d,]*),?\s)?\b(?P<shillings>\d{1,2})s\.(?P<after>[\s,;)”’"]|$)"#,
    )
    .expect("a fixed pattern")
});

/// `8d.`
static PENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?P<pence>\d{1,2})(?P<part>[½¼¾])?d\.").expect("a fixed pattern")
});

/// `£3 5s. 6d.`, `5s. 6½d.`
static OLD_MONEY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:£\s?(?P<pounds>\d[\d,]*),?\s)?\b(?P<shillings>\d{1,2})\s?s\.?,?\s(?P<pence>\d{1,2})(?P<part>[½¼¾])?\s?d\b\.?")
        .expect("a fixed pattern")
});

/// Replaces amounts by words: `$3.50` by `three dollars and fifty cents`.
pub(in crate::normalise) fn amounts<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    if !text.contains(['$', '£', '€', '¥', '₹', '₽'])
        && !text.contains("d.")
        && !text.contains("s.")
    {
        return text.into();
    }
    let text = OLD_MONEY.replace_all(text, |found: &Captures<'_>| {
        format!("{} and {}", old_money(found), pence(found))
    });
    let text = replace(text, &SHILLINGS, |found| {
        format!("{}{}", old_money(found), &found["after"])
    });
    let text = replace(text, &PENCE, pence);
    replace(text, &AMOUNT, |found| amount(found, table))
}

fn pence(found: &Captures<'_>) -> String {
    match found.name("part") {
        // What a fraction is called, the rule for fractions knows.
        Some(part) => format!("{}{} pence", &found["pence"], part.as_str()),
        None => count(&found["pence"], "penny", "pence"),
    }
}

/// Pounds, where there are some, and shillings.
fn old_money(found: &Captures<'_>) -> String {
    let pounds = found
        .name("pounds")
        .map(|pounds| format!("{}, ", count(pounds.as_str(), "pound", "pounds")));
    let shillings = count(&found["shillings"], "shilling", "shillings");
    format!("{}{shillings}", pounds.unwrap_or_default())
}

fn amount(found: &Captures<'_>, table: &Table) -> String {
    let Some(names) = table
        .forms("currency", &found["sign"])
        .filter(|names| names.len() == 4)
    else {
        return found[0].to_owned();
    };
    let whole = found["whole"].trim_end_matches(',');
    // A comma after the number belongs to the sentence.
    let comma = if found["whole"].ends_with(',') {
        ","
    } else {
        ""
    };
    let decimal = spell::plain(whole);
    let (whole, part) = match (found.name("part"), decimal.split_once('.')) {
        (Some(part), _) => (whole, part.as_str()),
        // `€1,50`, but not a row of numbers.
        (None, Some((whole, part))) if !part.contains(',') => (whole, part),
        (None, _) => (whole, ""),
    };
    if let Some(noun) = found.name("noun") {
        // `a $10-bill`
        return format!(
            "{} {} {}",
            spell::written(whole),
            names[0],
            &noun.as_str()[1..]
        );
    }
    let scale = found.name("scale").map(|scale| scale.as_str());
    let said = match (found.name("to"), scale) {
        (Some(to), scale) => range(found, (whole, part), to.as_str(), scale, &names),
        (None, Some(scale)) => scaled(whole, part, scale, names[1]),
        (None, None) => plain(whole, part, &names),
    };
    let land = found.name("land").map_or("", |land| country(land.as_str()));
    let said = if land.is_empty() {
        said
    } else {
        said.replacen(names[1], &format!("{land} {}", names[1]), 1)
    };
    let minus = found.name("minus").map_or(String::new(), |minus| {
        let before = minus.as_str().trim_end_matches(['−', '–', '-']);
        format!("{before}minus ")
    });
    format!("{minus}{said}{comma}")
}

/// Whose dollars they are.
fn country(short: &str) -> &str {
    match short {
        "U.S." => "US",
        "A" | "AU" => "Australian",
        "C" | "CA" => "Canadian",
        "NZ" => "New Zealand",
        "HK" => "Hong Kong",
        other => other,
    }
}

/// `$10–15`, `£5–£10`, `$2–3 million`.
fn range(
    found: &Captures<'_>,
    (whole, part): (&str, &str),
    to: &str,
    scale: Option<&str>,
    names: &[&str],
) -> String {
    let to_part = found.name("topart").map_or("", |part| part.as_str());
    // `$100–50 more` is none.
    if scale.is_none() && spell::value(to) < spell::value(whole) {
        let first = plain(whole, part, names);
        return format!("{first}{}{}", &found["dash"], plain(to, to_part, names));
    }
    let last = match scale {
        Some(scale) => scaled(to, to_part, scale, names[1]),
        None => plain(to, to_part, names),
    };
    let first = match found.name("again") {
        Some(_) => plain(whole, part, names),
        None if part.len() == 2 && scale.is_none() => plain(whole, part, names),
        None if part.is_empty() => spell::written(whole),
        None => spell::written(&format!("{whole}.{part}")),
    };
    format!("{first} to {last}")
}

fn scaled(whole: &str, part: &str, scale: &str, unit: &str) -> String {
    let scale = match scale {
        "k" | "K" => "thousand",
        "m" | "M" => "million",
        "bn" | "B" => "billion",
        word => word,
    };
    let number = if part.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{part}")
    };
    format!("{} {scale} {unit}", spell::written(&number))
}

fn plain(whole: &str, part: &str, names: &[&str]) -> String {
    if part.len() != 2 && !part.is_empty() {
        return format!(
            "{} {}",
            spell::written(&format!("{whole}.{part}")),
            names[1]
        );
    }
    let units = count(whole, names[0], names[1]);
    match (spell::value(whole), part.parse().unwrap_or(0_u64)) {
        (_, 0) => units,
        (Some(0), cents) => count(&cents.to_string(), names[2], names[3]),
        (_, cents) => format!(
            "{units} and {}",
            count(&cents.to_string(), names[2], names[3])
        ),
    }
}

fn count(number: &str, one: &str, many: &str) -> String {
    let unit = if spell::value(number) == Some(1) {
        one
    } else {
        many
    };
    format!("{} {unit}", spell::written(number))
}
