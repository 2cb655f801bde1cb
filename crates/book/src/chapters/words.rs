//! Words for chapters, parts and numbers in the languages that we know.

use audiotome_core::Language;

use crate::normalise::{latin, roman_value};

/// "Chapter", with the language.
const CHAPTERS: &[(&str, &str)] = &[
    ("en", "chapter"),
    ("de", "kapitel"),
    ("fr", "chapitre"),
    ("es", "capítulo"),
    ("it", "capitolo"),
    ("pt", "capítulo"),
    ("nl", "hoofdstuk"),
    ("sv", "kapitel"),
    ("da", "kapitel"),
    ("no", "kapittel"),
    ("nb", "kapittel"),
    ("fi", "luku"),
    ("pl", "rozdział"),
    ("cs", "kapitola"),
    ("sk", "kapitola"),
    ("hu", "fejezet"),
    ("ro", "capitolul"),
    ("ca", "capítol"),
    ("ru", "глава"),
    ("uk", "розділ"),
    ("bg", "глава"),
    ("sr", "poglavlje"),
    ("hr", "poglavlje"),
    ("el", "κεφάλαιο"),
    ("tr", "bölüm"),
    ("eo", "ĉapitro"),
    ("la", "caput"),
    ("hi", "अध्याय"),
    ("ar", "الفصل"),
    ("fa", "فصل"),
    ("he", "פרק"),
    ("ko", "제"),
    ("zh", "章"),
    ("ja", "章"),
    ("id", "bab"),
    ("vi", "chương"),
];
/// Shorter and other forms.
const MORE_CHAPTERS: &[&str] = &[
    "chap", "ch", "kap", "cap", "chap.", "capitulo", "capitol", "rozdzial",
];
/// What some books have in place of chapters, and others within them.
const LIKE_CHAPTERS: &[&str] = &[
    "letter", "canto", "scene", "stave", "lettre", "brief", "carta",
];
const PARTS: &[&str] = &[
    "part",
    "book",
    "volume",
    "vol",
    "teil",
    "buch",
    "band",
    "partie",
    "livre",
    "tome",
    "parte",
    "libro",
    "tomo",
    "livro",
    "volumen",
    "deel",
    "boek",
    "del",
    "bok",
    "bog",
    "osa",
    "kirja",
    "część",
    "księga",
    "tom",
    "část",
    "kniha",
    "díl",
    "rész",
    "könyv",
    "partea",
    "cartea",
    "часть",
    "книга",
    "том",
    "частина",
    "μέρος",
    "βιβλίο",
    "kısım",
    "kitap",
    "liber",
    "parto",
    "libro",
    "भाग",
    "खण्ड",
    "الجزء",
    "جزء",
    "חלק",
    "phần",
    "bagian",
];
const NUMBER_WORDS: &[&str] = &[
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
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "last",
    THE,
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "erster",
    "zweiter",
    "dritter",
    "vierter",
    "fünfter",
    "erstes",
    "zweites",
    "drittes",
    "viertes",
    "fünftes",
    "erste",
    "zweite",
    "dritte",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "premier",
    "première",
    "deuxième",
    "troisième",
    "quatrième",
    "cinquième",
    "second",
    "seconde",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "primera",
    "primero",
    "segunda",
    "segundo",
    "tercera",
    "tercero",
    "cuarta",
    "quinta",
    "prima",
    "primo",
    "seconda",
    "secondo",
    "terza",
    "terzo",
    "quarta",
    "primeira",
    "primeiro",
    "terceira",
    "terceiro",
    "первая",
    "вторая",
    "третья",
    "четвёртая",
    "четвертая",
    "пятая",
    "первый",
    "второй",
    "третий",
    "четвертый",
    "пятый",
    "eerste",
    "tweede",
    "derde",
    "första",
    "andra",
    "tredje",
    "pierwsza",
    "druga",
    "trzecia",
];

/// Part of a number only with another one: "Chapter the Last".
const THE: &str = "the";

/// Whether a label names a part, book or volume that holds chapters.
pub(super) fn is_part(label: &str) -> bool {
    if is_counted_part(label) || is_lettered_part(label) {
        return true;
    }
    let words = words(label);
    let numeral = |at: usize| words.get(at).is_some_and(|word| is_numeral(word));
    // "Book the First" counts, "The Book of Sand" and "The Book" do not.
    let counts = |at: usize| numeral(at) && words[at] != THE;
    let counted_after = |at: usize| counts(at + 1) || numeral(at + 1) && counts(at + 2);
    (0..words.len().min(3)).any(|at| {
        PARTS.contains(&words[at].as_str())
            && (words.len() == 1 || counted_after(at) || at > 0 && counts(at - 1))
    })
}

/// "Part A", "Teil B: Am Meer"; not "Part a curtain".
fn is_lettered_part(label: &str) -> bool {
    let mut words = label.split_whitespace();
    let (Some(part), Some(letter)) = (words.next(), words.next()) else {
        return false;
    };
    let name = letter.trim_end_matches(|c: char| !c.is_alphanumeric());
    let ends = name.len() < letter.len() || words.next().is_none_or(|next| !has_letter(next));
    let mut letters = name.chars();
    ends && letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_none()
        && PARTS.contains(&part.to_lowercase().as_str())
}

fn has_letter(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric)
}

/// Whether a label is that of a chapter for sure: "Chapter 12", "CHAPTER I. The Storm".
pub(super) fn is_chapter(label: &str) -> bool {
    let is_like = |word: &String| LIKE_CHAPTERS.contains(&word.as_str());
    is_chapter_line(label) && !words(label).iter().take(2).any(is_like)
}

/// Whether a label is nothing but one number: "12.", "IX".
pub(super) fn is_bare_number(label: &str) -> bool {
    matches!(words(label).as_slice(), [word] if is_numeral(word) && word != THE)
}

/// Whether a label is only a number, perhaps with the word for chapter.
pub(super) fn is_number(label: &str) -> bool {
    let words = words(label);
    let counts =
        |word: &String| is_numeral(word) || is_chapter_word(word) || is_counted_chapter(word);
    !words.is_empty() && words.len() <= 3 && words.iter().all(counts)
}

/// A label that is only a number, perhaps with the word for chapter: `IX`, `Chapter 9`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) value: u32,
    chapter: Option<String>,
    is_roman: bool,
}

impl Count {
    pub(super) fn of(label: &str) -> Option<Self> {
        let mut words = words(label);
        let chapter = words.iter().position(|word| is_chapter_word(word));
        let chapter = chapter.map(|at| words.remove(at));
        let [number] = words.as_slice() else {
            return None;
        };
        let digits = number.parse().ok();
        Some(Self {
            value: digits.or_else(|| roman_value(&latin(&number.to_uppercase())))?,
            chapter,
            is_roman: digits.is_none(),
        })
    }

    /// Whether both are written in the same way.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.chapter == other.chapter && self.is_roman == other.is_roman
    }
}

/// A label whose roman numeral is Latin: Cyrillic letters look the same.
pub(super) fn with_latin_numeral(label: &str) -> String {
    let is_numeral = |word: &str| word.chars().all(|c| "IVXLCDMІХСМ.".contains(c));
    let words = label.split(' ').map(|word| match is_numeral(word) {
        true => latin(word),
        false => word.to_owned(),
    });
    words.collect::<Vec<String>>().join(" ")
}

/// Whether a short line of text is a chapter's heading: "Chapter 12", "CHAPTER I. The Storm", "第三章".
pub(crate) fn is_chapter_line(line: &str) -> bool {
    if line
        .split_whitespace()
        .next()
        .is_some_and(is_counted_chapter)
    {
        return true;
    }
    let words = words(line);
    let numeral = |at: usize| words.get(at).is_some_and(|word| is_numeral(word));
    let chapter = |at: usize| words.get(at).is_some_and(|word| is_chapter_word(word));
    chapter(0) && numeral(1) || words.len() == 2 && numeral(0) && chapter(1)
}

/// "Chapter" in a language, for titles that a book does not give.
pub(super) fn chapter_word(language: Option<&Language>) -> String {
    let primary = language.map_or("en", Language::primary);
    let word = CHAPTERS
        .iter()
        .find(|(language, _)| *language == primary)
        .map_or("chapter", |(_, word)| word);
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\u{0900}'..='\u{097F}'))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .take(12)
        .collect()
}

fn is_chapter_word(word: &str) -> bool {
    CHAPTERS.iter().any(|(_, chapter)| *chapter == word)
        || MORE_CHAPTERS.contains(&word)
        || LIKE_CHAPTERS.contains(&word)
}

fn is_numeral(word: &str) -> bool {
    let roman = |c: char| "ivxlcdm".contains(c);
    word.chars().all(char::is_numeric)
        || word
            .chars()
            .all(|c| is_counting_ideograph(c) || c.is_numeric())
        || word.chars().all(roman)
        || NUMBER_WORDS.contains(&word)
}

fn is_counting_ideograph(c: char) -> bool {
    "〇零一二三四五六七八九十百千两兩上中下".contains(c)
}

/// 第三章, 第12回.
fn is_counted_chapter(word: &str) -> bool {
    is_counted(word, "章回話话節节折")
}

/// 第一部, 卷二, 上巻.
fn is_counted_part(label: &str) -> bool {
    let label = label.split_whitespace().next().unwrap_or_default();
    let counted = |rest: &str| {
        !rest.is_empty()
            && rest
                .chars()
                .all(|c| is_counting_ideograph(c) || c.is_numeric())
    };
    is_counted(label, "部卷編编篇巻冊") || label.strip_prefix('卷').is_some_and(counted)
}

fn is_counted(word: &str, units: &str) -> bool {
    let Some(rest) = word.strip_prefix('第') else {
        return false;
    };
    let Some(unit) = rest.find(|c: char| units.contains(c)) else {
        return false;
    };
    unit > 0
        && rest[..unit]
            .chars()
            .all(|c| is_counting_ideograph(c) || c.is_numeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_many_languages() {
        for label in [
            "Part One",
            "PART II: The Sea",
            "Book the First",
            "Erster Teil",
            "Livre premier",
            "Часть первая",
            "第一部",
            "卷二",
            "Volume 3",
            "Part",
            "Part A",
            "Teil B: Am Meer",
            "Parte C – El mar",
        ] {
            assert!(is_part(label), "{label}");
        }
        for label in [
            "Partners",
            "The Book of Sand",
            "The Book",
            "Part of the story",
            "A Book Lover",
            "Part A Curtain",
            "Book a Room",
            "Part y",
            "Chapter 1",
            "",
        ] {
            assert!(!is_part(label), "{label}");
        }
    }

    #[test]
    fn numbers_count_in_one_way() {
        let value = |label| Count::of(label).map(|count| count.value);
        assert_eq!(value("IX."), Some(9));
        assert_eq!(value("Глава Х"), Some(10), "a Cyrillic letter");
        assert_eq!(value("Chapter 12"), Some(12));
        for label in ["", "Chapter", "The 9", "Х. Конец", "Book 9"] {
            assert_eq!(value(label), None, "{label}");
        }
        let like = |one, other| Count::of(one).unwrap().is_like(&Count::of(other).unwrap());
        assert!(like("IX", "Х"));
        assert!(!like("9", "IX") && !like("9", "Chapter 9"));
        assert_eq!(with_latin_numeral("Сон Х."), "Сон X.");
    }

    #[test]
    fn numbers_and_chapter_lines() {
        for label in [
            "I",
            "12.",
            "Chapter IV",
            "CHAPTER THE LAST",
            "Глава 3",
            "十三",
            "第三章",
        ] {
            assert!(is_number(label), "{label}");
        }
        for label in ["I: A Letter", "The Time Machine", "", "Chapter and verse"] {
            assert!(!is_number(label), "{label}");
        }
        for line in [
            "Chapter 12",
            "CHAPTER I. Down the Rabbit-Hole",
            "Kapitel 3",
            "第三章 風雲",
            "Capítulo primero",
            "3. fejezet",
        ] {
            assert!(is_chapter_line(line), "{line}");
        }
        for line in ["Chapters are long", "1984", "I", "He read chapter 3 aloud"] {
            assert!(!is_chapter_line(line), "{line}");
        }
    }
}
