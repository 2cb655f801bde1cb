//! The rules of normalisation: each does what it says, and nothing where it is switched off.

use std::time::{Duration, Instant};

use audiotome_book::{Manner, RuleName, Rules, normalise, pieces};
use audiotome_core::{Block, BlockKind, Language};
use proptest::prelude::*;

use crate::normalise::check;

fn said(text: &str, language: &str, rules: Rules) -> String {
    let manner = Manner {
        rules,
        ..Manner::default()
    };
    normalise(text, &Language::new(language), &manner)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).collect()
}

/// Each rule: a text that it changes, and what is said with it. Without it, the text stays.
const EXAMPLES: [(RuleName, &str, &str, &str); 17] = [
    (RuleName::Quotes, "en", "I don´t", "I don’t"),
    (RuleName::Notes, "fr", "la fin.12 Elle", "la fin. Elle"),
    (RuleName::Addresses, "fr", "lire a.txt", "lire a point txt"),
    (
        RuleName::Capitals,
        "en",
        "ONCE UPON a time",
        "Once Upon a time",
    ),
    (RuleName::Abbreviations, "en", "Dr. Watson", "Doctor Watson"),
    (RuleName::Roman, "fr", "chapitre IV", "chapitre 4"),
    (
        RuleName::Phones,
        "de",
        "call (030) 123456",
        "call 0 3 0, 1 2 3 4 5 6",
    ),
    (RuleName::Money, "fr", "3 €", "3 euros"),
    (RuleName::Dates, "fr", "le 5.1.1995", "le 5 janvier 1995"),
    (RuleName::Times, "de", "um 17:30", "um 17 Uhr 30"),
    (RuleName::Fractions, "fr", "½ tasse", "un demi tasse"),
    (RuleName::Units, "es", "5 km", "5 kilómetros"),
    (RuleName::Ordinals, "fr", "le 18e", "le dix-huitième"),
    (RuleName::Ranges, "de", "10–12", "10 bis 12"),
    (RuleName::Numbers, "ru", "1 250", "1250"),
    (RuleName::Symbols, "en", "this & that", "this and that"),
    (RuleName::Pauses, "en", "went—and", "went, and"),
];

#[test]
fn each_rule_can_be_switched_off() {
    let examples = EXAMPLES.map(|(rule, ..)| rule);
    assert!(RuleName::all().eq(examples), "every rule has an example");
    for (rule, language, text, expected) in EXAMPLES {
        assert_eq!(said(text, language, Rules::default()), expected, "{rule}");
        assert_eq!(said(text, language, Rules::without([rule])), text, "{rule}");
        let others = RuleName::all().filter(|other| *other != rule);
        assert_eq!(
            said(text, language, Rules::without(others)),
            expected,
            "{rule} alone"
        );
    }
}

/// Language, text and what is said of an example in the documentation: `- en: `text` → said`.
fn example(line: &str) -> Option<(&str, &str, &str)> {
    let (language, rest) = line.strip_prefix("- ")?.split_once(": `")?;
    let (text, said) = rest.split_once("` → ")?;
    Some((language, text, said))
}

#[test]
fn the_documentation_lists_the_rules_and_its_examples_hold() {
    let page = include_str!("../../../../docs/text.md");
    let headings = page.lines().filter_map(|line| line.strip_prefix("## `"));
    let headings: Vec<_> = headings.map(|name| name.trim_end_matches('`')).collect();
    assert_eq!(
        headings,
        RuleName::all().map(RuleName::name).collect::<Vec<_>>()
    );
    let examples: Vec<_> = page.lines().filter_map(example).collect();
    assert!(examples.len() > 80, "{}", examples.len());
    for (language, text, expected) in examples {
        assert_eq!(
            said(text, language, Rules::default()),
            expected,
            "{language}: {text}"
        );
    }
}

#[test]
fn without_any_rule_text_is_only_cleaned() {
    let text = "Dr. M.\u{AD}  paid\n$3.50—in “Ch. IV”¹ ﬁne";
    let all = Rules::without(RuleName::all());
    assert_eq!(said(text, "en", all), "Dr. M. paid $3.50—in “Ch. IV”¹ fine");
}

#[test]
fn quotation_marks_are_those_that_are_meant() {
    check(
        "en",
        &[
            ("``I don`t,'' he said", "“I don’t,” he said"),
            ("rock´n´roll", "rock’n’roll"),
            ("<<No>>", "«No»"),
            ("'tis o'clock", "'tis o'clock"),
        ],
    );
    check("de", &[(",,Ja'', sagte er", "„Ja”, sagte er")]);
}

#[test]
fn marks_of_notes_are_not_read() {
    check(
        "en",
        &[
            ("He left.¹ She stayed.²³", "He left. She stayed."),
            ("the “senate”¹², as", "the “senate”, as"),
            ("the senate¹,² met", "the senate met"),
            ("as he says [12].", "as he says."),
            ("as he says[12] and", "as he says and"),
            ("as he says.[3, 4–6] Then", "as he says. Then"),
            ("as he says[note 5]", "as he says"),
            ("as he says.[*] Then", "as he says. Then"),
            ("as he says.[b] Then", "as he says. Then"),
            ("the end.12 The next", "the end. The next"),
            ("“Yes!”3 she said", "“Yes!” she said"),
            ("In 1995¹ he", "In nineteen ninety-five he"),
            (
                "The senate12 met, the king13 came; nobody,14 it seems",
                "The senate met, the king came; nobody, it seems",
            ),
        ],
    );
    check(
        "fr",
        &[
            ("le sénat¹ vint", "le sénat vint"),
            ("dit-il »3.", "dit-il »."),
        ],
    );
    check("ru", &[("сенат¹ решил.2 Потом", "сенат решил. Потом")]);
    check("zh", &[("他说。[3]然后", "他说。然后")]);
}

#[test]
fn digits_that_belong_to_a_word_stay() {
    check(
        "en",
        &[
            ("\"!0$3.50", "\"!zero three dollars and fifty cents"),
            ("tower12 fell", "tower twelve fell"),
            ("tower1 and tower2", "tower one and tower two"),
            ("H2O, H₂O and CO2", "H two O, H two O and CO two"),
            ("an mp3 file", "an mp three file"),
            ("x² and 10⁶", "x squared and ten to the power of six"),
            ("5 m² of land", "five square meters of land"),
            ("see vol.2 or p.12", "see volume two or page twelve"),
            ("room 5.12 is", "room five point one two is"),
            ("in [1984] and", "in (nineteen eighty-four) and"),
            ("the like[s] of it", "the like(s) of it"),
        ],
    );
}

#[test]
fn paths_are_said_with_their_slashes() {
    check(
        "en",
        &[
            ("in /usr/share/doc.", "in slash usr slash share slash doc."),
            ("run ./run.sh now", "run dot slash run dot sh now"),
            ("(see ~/notes)", "(see tilde slash notes)"),
            (
                r"C:\Windows\System",
                "C: backslash Windows backslash System",
            ),
            ("edit src/main.rs", "edit src slash main dot rs"),
            ("open readme.txt, then", "open readme dot txt, then"),
            ("he/she and and/or", "he she and and or"),
            ("the word /kat/ is", "the word kat is"),
        ],
    );
    check(
        "de",
        &[("in /usr/share", "in Schrägstrich usr Schrägstrich share")],
    );
}

#[test]
fn symbols_are_said_once() {
    check(
        "en",
        &[
            ("Copyright © 1995", "Copyright nineteen ninety-five"),
            ("© 1995", "copyright nineteen ninety-five"),
            ("№ 5", "number five"),
            ("a = b", "a equals b"),
        ],
    );
}

#[test]
fn telephone_numbers_are_digits() {
    check(
        "en",
        &[
            (
                "call +1 (555) 123-4567",
                "call plus one, five five five, one two three, four five six seven",
            ),
            (
                "(555) 123-4567",
                "five five five, one two three, four five six seven",
            ),
        ],
    );
    check("fr", &[("au 01 23 45 67 89", "au 01, 23, 45, 67, 89")]);
    check("de", &[("+49 30 123456", "plus 49, 30, 1 2 3 4 5 6")]);
}

#[test]
fn roman_numerals_are_numbers_where_nothing_else_looks_so() {
    check(
        "en",
        &[
            ("Books I, II and III are", "Books one, two and three are"),
            ("on page xii of", "on page twelve of"),
            ("pages iv–vi", "pages four to six"),
            ("the XIX century", "the nineteenth century"),
            ("the XIXth century", "the nineteenth century"),
            ("Apollo XIII flew", "Apollo thirteen flew"),
            ("Pope John XXIII", "Pope John the twenty-third"),
            ("Henry VIII's wives", "Henry the eighth's wives"),
            ("Malcolm X spoke, and I", "Malcolm X spoke, and I"),
            ("mix it in vi or ed", "mix it in vi or ed"),
        ],
    );
    check(
        "de",
        &[
            ("Elisabeth II. war", "Elisabeth die zweite war"),
            ("Ludwigs XIV. Hof", "Ludwigs des vierzehnten Hof"),
        ],
    );
    check(
        "es",
        &[("Isabel II y Felipe II", "Isabel segunda y Felipe segundo")],
    );
    check("fr", &[("Élisabeth Ire", "Élisabeth première")]);
    check(
        "ru",
        &[("Петра I, Екатерина II", "Петра первого, Екатерина вторая")],
    );
}

#[test]
fn points_between_the_sides_of_the_world_stay() {
    check(
        "en",
        &[
            ("10° N.E. of us", "ten degrees N.E. of us"),
            ("45° N.N.W.", "forty-five degrees N.N.W."),
            (
                "an S-Bahn at 3° S-Bahn",
                "an S-Bahn at three degrees S-Bahn",
            ),
        ],
    );
}

#[test]
fn english_angles() {
    check(
        "en",
        &[
            (
                "45°30′15″N, 12°20′E",
                "forty-five degrees thirty minutes fifteen seconds north, twelve degrees twenty minutes east",
            ),
            (
                "at 30° 31′ 39″.",
                "at thirty degrees thirty-one minutes thirty-nine seconds.",
            ),
            ("1° 1' 1\" S", "one degree one minute one second south"),
            (
                "5°30'15''W",
                "five degrees thirty minutes fifteen seconds west",
            ),
            (
                "45°N and 12.5° W",
                "forty-five degrees north and twelve point five degrees west",
            ),
            ("10–12°S", "ten to twelve degrees south"),
            ("−5° 30.5′", "minus five degrees thirty point five minutes"),
            (
                "45°30′ by 12°",
                "forty-five degrees thirty minutes by twelve degrees",
            ),
            (
                "45°30′–46°10′N",
                "forty-five degrees thirty minutes to forty-six degrees ten minutes north",
            ),
            (
                "45°F, 20°Celsius",
                "forty-five degrees Fahrenheit, twenty degrees Celsius",
            ),
            (
                "45°NE and 30′15″",
                "forty-five degrees NE and thirty feet fifteen inches",
            ),
            ("30° N's", "thirty degrees N's"),
            ("at 30° N., he", "at thirty degrees north, he"),
            ("45° N. lat.", "forty-five degrees north lat."),
            (
                "He turned 90° E. Then",
                "He turned ninety degrees east. Then",
            ),
            ("45 deg. 30' N.", "forty-five degrees thirty minutes north."),
            (
                "12 degrees 20' 5\" E",
                "twelve degrees twenty minutes five seconds east",
            ),
            ("1° 30´ 15´´", "one degree thirty minutes fifteen seconds"),
            (
                "5 degrees of 5'10\"",
                "five degrees of five feet ten inches",
            ),
        ],
    );
}

#[test]
fn english_decimal_commas() {
    check(
        "en",
        &[
            ("1,5 m", "one point five meters"),
            ("1,0 m", "one point zero meters"),
            ("1,500 m", "one thousand five hundred meters"),
            ("0,125 kg", "zero point one two five kilograms"),
            ("1,5–2,5 m", "one point five to two point five meters"),
            ("12,5%", "twelve point five percent"),
            ("1,5–2", "one point five to two"),
            ("pages 12,13-15", "pages twelve, thirteen to fifteen"),
            ("pp. 3,4-6", "pages three, four to six"),
            ("5 km–6 km", "five kilometers to six kilometers"),
            ("an A-5 m", "an A-five meters"),
            ("$5,10,20", "five, ten, twenty dollars"),
            (
                "€1,50 and €2,5 million",
                "one euro and fifty cents and two point five million euros",
            ),
            (
                "$1,250.50",
                "one thousand two hundred fifty dollars and fifty cents",
            ),
            ("the 1,234th", "the one thousand two hundred thirty-fourth"),
            (
                "12,345,678 m",
                "twelve million three hundred forty-five thousand six hundred seventy-eight meters",
            ),
        ],
    );
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "\\PC{0,200}", language in "(en|fr|de|es|it|pt|nl|pl|ru|el|ar|fa|hi|zh|ja|tr|und)") {
        said(&text, &language, Rules::default());
    }

    #[test]
    fn whatever_looks_like_a_number_is_no_trouble(
        text in "([0-9०-९٠-٩]{1,6}|[IVXLCDMivx]{1,4}|[-–—/.,:;'’()\\[\\] ]|[€$£¥₽%°º′″\"NEO§№&©½¾²³¹]|st|th|km|er|год|w\\.|Uhr|Januar|page|Louis|a){0,40}",
        language in "(en|fr|de|es|it|pt|nl|pl|ru|el|ar|fa|hi|zh|ja)",
    ) {
        said(&text, &language, Rules::default());
    }

    /// Words without numbers, capitals and abbreviations are what is read.
    #[test]
    fn no_letter_of_a_word_is_lost(
        text in "([a-zäéß]{3,9}|[а-я]{3,9}|[一-龠]{1,5}|[ ,.;:!?…—–\"“”«»()\\[\\]*_\n]{1,3}| ){0,40}",
        language in "(en|fr|de|es|it|pt|nl|pl|ru|el|ar|fa|hi|zh|ja)",
    ) {
        // Which is in no table.
        let text = text.replace('.', "。");
        let abbreviations = Rules::without([RuleName::Abbreviations, RuleName::Roman]);
        prop_assert_eq!(letters(&said(&text, &language, abbreviations)), letters(&text));
    }

    #[test]
    fn without_rules_all_that_sounds_stays(
        text in "([eAﬁ１मی \n\u{ad}\u{fffc}\u{200c}\u{200d}\u{301}\u{308}\u{650}\u{93c}\u{94d}\u{f71}]{1,9}|\\PC){0,50}",
        language in "(en|de|ru|ja)",
    ) {
        let said = said(&text, &language, Rules::without(RuleName::all()));
        let again = super::words::said(&said, &language, Rules::without(RuleName::all()));
        prop_assert_eq!(&again, &said);
    }
}

#[test]
fn an_accent_finds_its_letter_behind_what_has_no_sound() {
    let none = || Rules::without(RuleName::all());
    assert_eq!(said("cafe\u{AD}\u{301}", "fr", none()), "café");
    // Two marks, in the order that Unicode gives them.
    let marks = "\u{1E026}\u{FFFC}\u{F71}";
    assert_eq!(said(marks, "en", none()), "\u{F71}\u{1E026}");
    // Persian and Bengali spell with joiners, before a letter and before a mark.
    for word in ["می\u{200C}خواهم", "র\u{200D}্যাব"] {
        assert_eq!(said(word, "en", none()), word);
    }
}

#[test]
fn time_is_linear_in_the_text() {
    let patterns = [
        "1 ", "1.", "1,", "1-", "-", "[1", "/a", "a/", "a.", "I", "I ", "A ", "¹", ")¹", "½", "°",
        "+1 ", "0 12 ", "12:30 ", "“", "a@", "www.", "(", "(—", "١", "x1 ", "St.", "Louis ", "§",
        "1 km ", "$1 ", "1°1′", "1 m–",
    ];
    for language in ["en", "ru"] {
        for pattern in patterns {
            grows_linearly(pattern, language, 20_000);
        }
        for pattern in ["1", ".", "["] {
            grows_linearly(pattern, language, 100_000);
        }
    }
}

/// Ten times the text takes about ten times as long, where squares would take a hundred times. On a
/// busy machine once in a while it takes longer.
fn grows_linearly(pattern: &str, language: &str, bytes: usize) {
    let taken = |bytes: usize| {
        let text = pattern.repeat(bytes / pattern.len());
        let start = Instant::now();
        said(&text, language, Rules::default());
        start.elapsed()
    };
    let is_linear = |_| {
        let tenth = taken(bytes / 10);
        taken(bytes) < 30 * tenth + Duration::from_millis(500)
    };
    assert!((0..5).any(is_linear), "`{pattern}` in {language}");
}

#[test]
fn a_block_knows_its_marks_in_every_sentence() {
    let block = Block::new(
        BlockKind::Paragraph,
        "The senate of the city met again1 in the morning. The king of the land came2 late to it.",
    );
    let pieces = pieces(&block, &Language::new("en"), &Manner::default());
    let spoken: Vec<String> = pieces.into_iter().map(|piece| piece.spoken).collect();
    assert_eq!(
        spoken.join(" "),
        "The senate of the city met again in the morning. The king of the land came late to it."
    );
}
