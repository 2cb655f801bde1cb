//! Telephone numbers.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::normalise::Table;

/// Shorter ones are rather other numbers.
const FEWEST_DIGITS: usize = 7;

/// With the mark of another country or of an area, in groups: `+49 30 123456`, `(030) 123-456`,
/// `01 23 45 67 89`.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?P<before>^|[\s(:])
        (?P<number>
            \+[0-9]{1,3}(?:[\s./-]?\(?[0-9]{1,5}\)?){2,6}
            | \([0-9]{3}\)\s?[0-9]{3}-[0-9]{4}
            | \(0[0-9]{1,5}\)(?:[\s./-]?[0-9]{2,8}){1,4}
            | 0[0-9]{1,4}(?:\s[0-9]{2,4}){2,4}
            | 0[0-9]{1,4}(?:[./-][0-9]{2,4}){3,4}
            | 0[0-9]{2,4}[/-][0-9]{3,8}
        )\b",
    )
    .expect("a fixed pattern")
});

/// Gives telephone numbers a pause between their groups, and a space between the digits of long ones.
pub(super) fn phones<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    PHONE.replace_all(text, |found: &Captures<'_>| {
        let number = &found["number"];
        if number.chars().filter(char::is_ascii_digit).count() < FEWEST_DIGITS {
            return found[0].to_owned();
        }
        let plus = table
            .get("symbols", "+")
            .filter(|_| number.starts_with('+'));
        let plus = plus.map(|word| format!("{word} ")).unwrap_or_default();
        let groups = number.split(|c: char| !c.is_ascii_digit());
        let groups = groups.filter(|group| !group.is_empty()).map(spaced);
        let groups: Vec<String> = groups.collect();
        format!("{}{plus}{}", &found["before"], groups.join(", "))
    })
}

/// Two digits are said as a number, as people do in France; more, one by one.
fn spaced(group: &str) -> String {
    if group.len() <= 2 {
        return group.to_owned();
    }
    let digits: Vec<String> = group.chars().map(String::from).collect();
    digits.join(" ")
}
