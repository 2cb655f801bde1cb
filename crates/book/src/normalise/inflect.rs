//! Ordinal numbers in words, with the ending that a noun asks for.

use super::Table;

/// The largest number that a table's parts make up: no year in a book is larger.
const LARGEST: u32 = 2_999;

/// An ordinal number in words: `двадцать перв` + `ого`. Nothing where the table lacks a part.
pub(super) fn ordinal(number: u32, ending: &str, table: &Table) -> Option<String> {
    if !(1..=LARGEST).contains(&number) {
        return None;
    }
    if let Some(stem) = table.get("ordinals", &number.to_string()) {
        return Some(inflected(stem, ending, table));
    }
    let parts: Vec<u32> = [1_000, 100, 10, 1]
        .into_iter()
        .map(|place| number / place % 10 * place)
        .filter(|part| *part > 0)
        .collect();
    // Eleven to nineteen are one word, and have been found above when they are all.
    let parts = teens(parts);
    // In Polish, tens and ones are both ordinals.
    let inflects = table.get("forms", "inflected").map_or(1, |_| 2);
    let tail = |part: u32| part < 100 && inflects == 2;
    let last = parts.len() - 1;
    let words = parts.iter().enumerate().map(|(at, part)| {
        let key = part.to_string();
        if at == last || tail(*part) {
            let stem = table.get("ordinals", &key)?;
            Some(inflected(stem, ending, table))
        } else {
            table.get("cardinals", &key).map(str::to_owned)
        }
    });
    let words: Option<Vec<String>> = words.collect();
    words.map(|words| words.join(" "))
}

/// `10, 5` as `15`.
fn teens(mut parts: Vec<u32>) -> Vec<u32> {
    if let [.., 10, ones @ 1..=9] = parts[..] {
        parts.truncate(parts.len() - 2);
        parts.push(10 + ones);
    }
    parts
}

/// A stem with its ending: `stem`, or `stem | kind`, where the section of the kind says which other
/// ending such stems have. A star takes the ending, too.
fn inflected(stem: &str, ending: &str, table: &Table) -> String {
    let (stem, kind) = stem.split_once('|').unwrap_or((stem, ""));
    let ending = table.get(kind.trim(), ending).unwrap_or(ending);
    format!("{}{ending}", stem.trim().replace('*', ending))
}

#[cfg(test)]
mod tests {
    use audiotome_core::Language;

    use super::*;

    #[test]
    fn ordinals_have_the_ending_of_their_noun() {
        for (language, number, ending, expected) in [
            ("ru", 5, "ого", "пятого"),
            ("ru", 3, "ого", "третьего"),
            ("ru", 2, "ый", "второй"),
            ("ru", 21, "ый", "двадцать первый"),
            ("ru", 1985, "ом", "тысяча девятьсот восемьдесят пятом"),
            ("ru", 1900, "ого", "тысяча девятисотого"),
            ("ru", 2000, "ого", "двухтысячного"),
            ("ru", 2013, "ого", "две тысячи тринадцатого"),
            ("pl", 19, "ym", "dziewiętnastym"),
            ("pl", 2, "ego", "drugiego"),
            (
                "pl",
                1985,
                "ym",
                "tysiąc dziewięćset osiemdziesiątym piątym",
            ),
            ("el", 13, "ος", "δέκατος τρίτος"),
            ("it", 18, "", "diciottesimo"),
        ] {
            let table = Table::of(&Language::new(language));
            assert_eq!(
                ordinal(number, ending, table).as_deref(),
                Some(expected),
                "{language} {number}"
            );
        }
        let italian = Table::of(&Language::new("it"));
        assert_eq!(ordinal(99, "", italian), None);
        assert_eq!(ordinal(0, "", italian), None);
    }
}
