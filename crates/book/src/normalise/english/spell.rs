//! Numbers spelled out.

use std::borrow::Cow;

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const THOUSANDS: [(u64, &str); 5] = [
    (1_000_000_000_000_000, "quadrillion"),
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];
/// Longer rows of digits are no quantities (account numbers): they are read one by one.
const LONGEST: usize = 15;

/// `twenty-one`, `one thousand two hundred three`.
pub(super) fn cardinal(number: u64) -> String {
    let index = |n: u64| usize::try_from(n).expect("below 100");
    if number < 20 {
        return SMALL[index(number)].to_owned();
    }
    if number < 100 {
        let tens = TENS[index(number / 10)];
        return match number % 10 {
            0 => tens.to_owned(),
            ones => format!("{tens}-{}", SMALL[index(ones)]),
        };
    }
    let (unit, name) = THOUSANDS
        .into_iter()
        .find(|(unit, _)| number >= *unit)
        .unwrap_or((100, "hundred"));
    let head = cardinal(number / unit);
    match number % unit {
        0 => format!("{head} {name}"),
        rest => format!("{head} {name} {}", cardinal(rest)),
    }
}

/// `twenty-first`.
pub(super) fn ordinal(number: u64) -> String {
    let words = cardinal(number);
    let at = words.rfind([' ', '-']).map_or(0, |at| at + 1);
    let (head, last) = words.split_at(at);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        _ => match last.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth"),
            None => format!("{last}th"),
        },
    };
    format!("{head}{last}")
}

/// A year as it is said: `nineteen ninety-five`, `nineteen oh five`, `two thousand five`.
pub(super) fn year(year: u64) -> String {
    let (high, low) = (year / 100, year % 100);
    if !(1_000..=9_999).contains(&year) || (low < 10 && high % 10 == 0) {
        return cardinal(year);
    }
    let high = cardinal(high);
    match low {
        0 => format!("{high} hundred"),
        1..=9 => format!("{high} oh {}", cardinal(low)),
        _ => format!("{high} {}", cardinal(low)),
    }
}

/// More than one of a word: `nineties`, `hundreds`, `sixes`.
pub(super) fn plural(words: &str) -> String {
    if let Some(stem) = words.strip_suffix('y') {
        format!("{stem}ies")
    } else if words.ends_with('x') {
        format!("{words}es")
    } else {
        format!("{words}s")
    }
}

/// Digits one by one.
pub(super) fn digits(text: &str) -> String {
    let words: Vec<&str> = text
        .chars()
        .filter_map(|c| c.to_digit(10))
        .map(|digit| SMALL[digit as usize])
        .collect();
    words.join(" ")
}

/// A number with a point before its decimals and nothing between its thousands: a comma before other
/// digits than three is a decimal one.
pub(super) fn plain(number: &str) -> Cow<'_, str> {
    let number = number.trim_end_matches(',');
    if !number.contains(',') {
        number.into()
    } else if number.contains('.') || is_grouped(number) {
        number.replace(',', "").into()
    } else {
        number.replacen(',', ".", 1).into()
    }
}

/// Whether commas stand between thousands, or between lakhs and crores, which have two digits.
pub(super) fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let leads = |first: &str| (1..=3).contains(&first.len()) && !first.starts_with('0');
    let last = |group: &str| group.len() == 3;
    groups.next().is_some_and(leads)
        && groups.next_back().is_some_and(last)
        && groups.all(|group| matches!(group.len(), 2 | 3))
}

/// A number as written, with commas between thousands and maybe decimals; a row of numbers one by one.
pub(in crate::normalise) fn written(number: &str) -> String {
    let is_row = number.matches(',').count() > 1 && !number.contains('.');
    if is_row && !is_grouped(number) {
        let numbers: Vec<String> = number.split(',').map(written).collect();
        return numbers.join(", ");
    }
    let bare = plain(number);
    let (whole, decimals) = bare.split_once('.').unwrap_or((&bare, ""));
    let said = match whole.parse() {
        _ if whole.len() > LONGEST || (whole.len() > 1 && whole.starts_with('0')) => digits(whole),
        Ok(value) => cardinal(value),
        Err(_) => "zero".to_owned(),
    };
    if decimals.is_empty() {
        said
    } else {
        format!("{said} point {}", digits(decimals))
    }
}

/// The value of a whole number as written; nothing when it has decimals or is too long.
pub(super) fn value(number: &str) -> Option<u64> {
    let bare = plain(number);
    bare.parse().ok().filter(|_| bare.len() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spelled() {
        assert_eq!(cardinal(0), "zero");
        assert_eq!(cardinal(342), "three hundred forty-two");
        assert_eq!(cardinal(1_000_001), "one million one");
        assert_eq!(ordinal(21), "twenty-first");
        assert_eq!(ordinal(100), "one hundredth");
        assert_eq!(ordinal(30), "thirtieth");
        assert_eq!(
            written("1,234.50"),
            "one thousand two hundred thirty-four point five zero"
        );
        assert_eq!(written("007"), "zero zero seven");
        assert_eq!(written("12345678901234567"), digits("12345678901234567"));
    }

    #[test]
    fn a_comma_stands_between_thousands_or_before_decimals() {
        assert_eq!(written("1,5"), "one point five");
        assert_eq!(written("0,125"), "zero point one two five");
        assert_eq!(written("1,25,000"), "one hundred twenty-five thousand");
        assert_eq!(written("1,2,3"), "one, two, three");
        assert_eq!(value("1,000"), Some(1_000));
        assert_eq!(value("1,0"), None);
    }

    #[test]
    fn years_are_said_in_pairs() {
        for (number, said) in [
            (1066, "ten sixty-six"),
            (1900, "nineteen hundred"),
            (1905, "nineteen oh five"),
            (1995, "nineteen ninety-five"),
            (2000, "two thousand"),
            (2005, "two thousand five"),
            (2024, "twenty twenty-four"),
        ] {
            assert_eq!(year(number), said);
        }
    }
}
