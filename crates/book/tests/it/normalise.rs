//! What a narrator would say, per language.

use audiotome_book::{Manner, normalise, pieces};
use audiotome_core::{Block, BlockKind, Language};

/// Checks what each text is said as, by all rules.
pub(crate) fn check(language: &str, cases: &[(&str, &str)]) {
    let language = Language::new(language);
    let manner = Manner::default();
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, expected)| (text, expected, normalise(text, &language, &manner)))
        .filter(|(_, expected, said)| said != *expected)
        .map(|(text, expected, said)| {
            format!("\n  {text}\n    expected: {expected}\n    said:     {said}")
        })
        .collect();
    assert!(wrong.is_empty(), "{language}:{}", wrong.concat());
}

pub(crate) fn heading(text: &str, language: &str) -> String {
    let block = Block::new(BlockKind::Heading(1), text);
    let pieces = pieces(&block, &Language::new(language), &Manner::default());
    pieces
        .into_iter()
        .map(|piece| piece.spoken)
        .collect::<Vec<_>>()
        .join(" | ")
}

#[test]
fn english_titles_and_abbreviations() {
    check(
        "en",
        &[
            (
                "Mr. Holmes met Mrs. Hudson.",
                "Mister Holmes met Mrs Hudson.",
            ),
            ("Mr Holmes and Dr Watson", "Mister Holmes and Doctor Watson"),
            (
                "Ms. Smith, Prof. Jones and Rev. Hill",
                "miz Smith, Professor Jones and Reverend Hill",
            ),
            (
                "Dr. Watson lives in Baker St. in London.",
                "Doctor Watson lives in Baker Street in London.",
            ),
            ("He lives on Baker St.", "He lives on Baker Street."),
            ("St. Paul's and St. John", "Saint Paul's and Saint John"),
            ("Fifth Ave. was empty.", "Fifth Avenue was empty."),
            ("Sammy Davis Jr. sang.", "Sammy Davis Junior sang."),
            ("Smith & Co. of London", "Smith and Company of London"),
            ("apples, pears, etc.", "apples, pears, et cetera."),
            ("apples, etc., and pears", "apples, et cetera, and pears"),
            ("i.e. now, e.g. here", "that is now, for example here"),
            ("Smith v. Jones", "Smith versus Jones"),
            (
                "No. 5 and Nos. 6 and 7",
                "number five and numbers six and seven",
            ),
            ("No. It is not.", "No. It is not."),
            ("Oh, no. I will.", "Oh, no. I will."),
            (
                "see p. 12 and pp. 14–16",
                "see page twelve and pages fourteen to sixteen",
            ),
            ("Vol. II and Chap. IV", "Volume two and Chapter four"),
            ("the U.S. Army in the U.S.A.", "the US Army in the USA."),
            ("J. M. Barrie", "J. M. Barrie"),
            (
                "in A.D. 79, or 44 B.C.",
                "in AD seventy-nine, or forty-four BC.",
            ),
        ],
    );
}

#[test]
fn english_money() {
    check(
        "en",
        &[
            ("It cost $3.50.", "It cost three dollars and fifty cents."),
            ("$1", "one dollar"),
            ("$0.01 or $0.50", "one cent or fifty cents"),
            (
                "£1,250 a year",
                "one thousand two hundred fifty pounds a year",
            ),
            ("€2.5 million", "two point five million euros"),
            ("$3bn", "three billion dollars"),
            ("US$5", "five US dollars"),
            ("$5, and more", "five dollars, and more"),
            ("50¢", "fifty cents"),
            ("£3 5s. 6d.", "three pounds, five shillings and six pence"),
            (
                "£25 1s. 8½d. was",
                "twenty-five pounds, one shilling and eight and a half pence was",
            ),
            ("at 6s. Satirical", "at six shillings Satirical"),
            (
                "for 12s.” He paid 8d. I",
                "for twelve shillings” He paid eight pence I",
            ),
            ("a $10-bill", "a ten dollar bill"),
        ],
    );
}

#[test]
fn english_dates_and_years() {
    check(
        "en",
        &[
            (
                "on Jan. 5, 1995, it",
                "on January fifth, nineteen ninety-five, it",
            ),
            (
                "on 5 January 1995",
                "on the fifth of January nineteen ninety-five",
            ),
            ("the 4th of July", "the fourth of July"),
            ("July 4th", "July fourth"),
            ("Sept. 1914", "September nineteen fourteen"),
            ("1995-01-05", "January fifth, nineteen ninety-five"),
            ("3/4/1995", "March fourth, nineteen ninety-five"),
            ("In 1995 he left.", "In nineteen ninety-five he left."),
            ("It was 1995.", "It was nineteen ninety-five."),
            ("the 1906 edition", "the nineteen oh six edition"),
            ("the 1906 men", "the one thousand nine hundred six men"),
            ("1995 men", "one thousand nine hundred ninety-five men"),
            (
                "in 1905 and 1900",
                "in nineteen oh five and nineteen hundred",
            ),
            (
                "In 2005, in 2024",
                "In two thousand five, in twenty twenty-four",
            ),
            (
                "the 1990s, the '90s, the 80s",
                "the nineteen nineties, the nineties, the eighties",
            ),
            (
                "1914–1918 and 1914-18",
                "nineteen fourteen to nineteen eighteen and nineteen fourteen to eighteen",
            ),
            (
                "(1775–1817)",
                "(seventeen seventy-five to eighteen seventeen)",
            ),
        ],
    );
    check(
        "en-GB",
        &[("3/4/1995", "April third, nineteen ninety-five")],
    );
}

#[test]
fn english_times() {
    check(
        "en",
        &[
            ("at 5:30", "at five thirty"),
            ("at 5:30 p.m. sharp", "at five thirty PM sharp"),
            ("at 5 p.m.", "at five PM."),
            ("at 7am", "at seven AM"),
            ("at 5.30 p.m. he", "at five thirty PM he"),
            ("at 5:00", "at five o'clock"),
            ("at 17:00", "at seventeen hundred"),
            ("at 9:05 a.m. on Monday", "at nine oh five AM on Monday"),
            ("odds of 3:1", "odds of three to one"),
        ],
    );
}

#[test]
fn english_quantities() {
    check(
        "en",
        &[
            ("5 km and 1 km", "five kilometers and one kilometer"),
            ("3.5 kg", "three point five kilograms"),
            ("he was 5'10\" tall", "he was five feet ten inches tall"),
            (
                "20°C or −5 °F",
                "twenty degrees Celsius or minus five degrees Fahrenheit",
            ),
            (
                "50% of 1,234",
                "fifty percent of one thousand two hundred thirty-four",
            ),
            ("10–12 men", "ten to twelve men"),
            ("ages 10-12", "ages ten to twelve"),
            (
                "21st, 2nd, 3d, 100th",
                "twenty-first, second, third, one hundredth",
            ),
            (
                "½ a mile, 2½ miles, 3/4",
                "one half a mile, two and a half miles, three quarters",
            ),
            ("1 1/2 cups", "one and a half cups"),
            ("3.14", "three point one four"),
            ("at −5", "at minus five"),
            ("call 555-1234", "call five five five, one two three four"),
            ("agent 007", "agent zero zero seven"),
            ("H2O and B52", "H two O and B fifty-two"),
            ("deb10u1", "deb ten u one"),
            ("version 1.2.3", "version one point two point three"),
            ("#1", "number one"),
            ("a 10-year-old", "a ten-year-old"),
            ("5 in the morning", "five in the morning"),
            ("2 + 2 = 4", "two plus two equals four"),
            ("§ 5 & №3", "section five and number three"),
        ],
    );
}

#[test]
fn english_roman_numerals() {
    check(
        "en",
        &[
            ("Chapter IV begins", "Chapter four begins"),
            ("Act II, Scene iii", "Act two, Scene three"),
            ("Henry VIII had", "Henry the eighth had"),
            ("Louis XIV. was king", "Louis the fourteenth was king"),
            ("Charles I, king", "Charles the first, king"),
            ("in this chapter I will", "in this chapter I will"),
            ("World War II ended", "World War two ended"),
            ("I and V", "I and V"),
            ("MDCCCXXIX", "eighteen twenty-nine"),
        ],
    );
    assert_eq!(heading("IV", "en"), "four");
    assert_eq!(heading("I.", "en"), "one.");
    assert_eq!(heading("XII. The Duel", "en"), "twelve. The Duel");
    assert_eq!(heading("CHAPTER IX", "en"), "Chapter nine");
    assert_eq!(heading("I", "fr"), "1");
    assert_eq!(heading("MIX", "en"), "MIX");
}

#[test]
fn capitals_and_lines() {
    assert_eq!(
        heading("THE ADVENTURE OF THE SPECKLED BAND", "en"),
        "The Adventure Of The Speckled Band"
    );
    assert_eq!(heading("NASA", "en"), "Nasa");
    assert_eq!(heading("The FBI", "en"), "The FBI");
    assert_eq!(heading("XML HTML", "en"), "XML HTML");
    assert_eq!(
        heading("Chapter 1\nThe Beginning", "en"),
        "Chapter one. The Beginning"
    );
    check(
        "en",
        &[
            ("IT WAS the best of times", "It Was the best of times"),
            ("The NASA and the FBI", "The NASA and the FBI"),
            ("for ARM, HP, MIPS and SGI", "for ARM, HP, MIPS and SGI"),
            (
                "Tyger Tyger, burning bright,\nIn the forests of the night;",
                "Tyger Tyger, burning bright, In the forests of the night;",
            ),
            (
                "I wandered lonely\nas a cloud",
                "I wandered lonely, as a cloud",
            ),
        ],
    );
}

#[test]
fn pauses_and_layout() {
    check(
        "en",
        &[
            ("He came -- and went.", "He came, and went."),
            ("He came—and went—", "He came, and went."),
            ("“But—” she began", "“But” she began"),
            ("Well... perhaps", "Well, perhaps"),
            ("Well… Perhaps", "Well. Perhaps"),
            ("What?! No!!", "What?! No!"),
            ("Wait . . . what", "Wait, what"),
            ("an _important_ *word*", "an important word"),
            ("co\u{AD}operate\u{200B}", "cooperate"),
            ("a\u{A0}b\u{2009}c", "a b c"),
            ("cafe\u{301}", "café"),
            ("[sic]", "(sic)"),
            ("— Yes, he said", "Yes, he said"),
            ("well-known", "well-known"),
            ("he […] went", "he, went"),
            ("He [...] Then", "He. Then"),
            ("a .txt file", "a .txt file"),
            ("at .5", "at point five"),
            ("and/or", "and or"),
        ],
    );
}

#[test]
fn addresses() {
    check(
        "en",
        &[
            (
                "See https://www.example.org/about.",
                "See example dot org slash about.",
            ),
            ("http://example.com/a/b/c123?x=1&y=2", "example dot com"),
            (
                "Write to jane.doe@example.org!",
                "Write to jane dot doe at example dot org!",
            ),
            ("at amazon.com now", "at amazon dot com now"),
        ],
    );
    check("fr", &[("www.exemple.fr", "exemple point fr")]);
    check("de", &[("a@b.de", "a at b Punkt de")]);
    check("ru", &[("a@b.ru", "a собака b точка ru")]);
}

#[test]
fn french() {
    check(
        "fr",
        &[
            (
                "M. Dupont et Mme Martin",
                "monsieur Dupont et madame Martin",
            ),
            (
                "M. le baron, Mme de Sévigné et M. d’Artagnan",
                "monsieur le baron, madame de Sévigné et monsieur d’Artagnan",
            ),
            ("Thérèse M. de Lyon", "Thérèse M. de Lyon"),
            (
                "MM. les jurés et Mlle Lili",
                "messieurs les jurés et mademoiselle Lili",
            ),
            ("le Dr Rieux", "le docteur Rieux"),
            (
                "c.-à-d. demain, p. ex. ici, etc.",
                "c'est-à-dire demain, par exemple ici, et cetera.",
            ),
            ("n° 5 et § 3", "numéro 5 et paragraphe 3"),
            ("Louis XIV et François Ier", "Louis 14 et François premier"),
            (
                "le XVIIIe siècle, le 19e",
                "le dix-huitième siècle, le dix-neuvième",
            ),
            ("chapitre IV", "chapitre 4"),
            ("à 5 h 30 et à 6h00", "à 5 heures 30 et à 6 heures"),
            ("3,50 € et 1 €", "3 euros 50 et 1 euro"),
            ("50 % de 5 km", "50 pour cent de 5 kilomètres"),
            ("pages 10–12", "pages 10 à 12"),
            ("Pierre & Paul", "Pierre et Paul"),
            ("— Oui, dit-il…", "Oui, dit-il."),
        ],
    );
}

#[test]
fn german() {
    check(
        "de",
        &[
            ("Hr. Samsa und Fr. Samsa", "Herr Samsa und Frau Samsa"),
            (
                "z. B. hier, z.B. da, d. h. jetzt, usw.",
                "zum Beispiel hier, zum Beispiel da, das heißt jetzt, und so weiter.",
            ),
            (
                "Dr. Faust bzw. Prof. Unrat",
                "Doktor Faust beziehungsweise Professor Unrat",
            ),
            ("Nr. 5, S. 12, § 3", "Nummer 5, Seite 12, Paragraf 3"),
            (
                "am 3. Januar, der 4. Mai",
                "am dritten Januar, der vierte Mai",
            ),
            ("im 19. Jahrhundert", "im neunzehnten Jahrhundert"),
            ("Ludwig XIV. war", "Ludwig der vierzehnte war"),
            ("Kapitel IV", "Kapitel 4"),
            ("um 17:30 Uhr, um 5.30 Uhr", "um 17 Uhr 30, um 5 Uhr 30"),
            ("3,50 € für 5 km", "3 Euro 50 für 5 Kilometer"),
            ("50 % & mehr", "50 Prozent und mehr"),
            ("10–12", "10 bis 12"),
        ],
    );
}

#[test]
fn spanish_italian_portuguese() {
    check(
        "es",
        &[
            (
                "El Sr. Pérez y la Sra. López",
                "El señor Pérez y la señora López",
            ),
            ("Ud. y D. Quijote", "usted y don Quijote"),
            ("p. ej. aquí, etc.", "por ejemplo aquí, etcétera."),
            ("n.º 5, pág. 3", "número 5, página 3"),
            ("Carlos V, siglo XVIII", "Carlos quinto, siglo 18"),
            ("capítulo IV", "capítulo 4"),
            ("3,50 € y 50 %", "3 euros con 50 y 50 por ciento"),
            ("a las 5:30", "a las 5 y 30"),
            ("—Sí —dijo él—. No.", "Sí, dijo él. No."),
        ],
    );
    check(
        "it",
        &[
            (
                "Il sig. Rossi e la sig.ra Bianchi",
                "Il signor Rossi e la signora Bianchi",
            ),
            ("ecc.", "eccetera."),
            ("pag. 5, n. 3", "pagina 5, numero 3"),
            ("Vittorio Emanuele II", "Vittorio Emanuele secondo"),
            ("il XVIII secolo", "il diciottesimo secolo"),
            ("alle 5:30", "alle 5 e 30"),
        ],
    );
    check(
        "pt",
        &[
            (
                "O Sr. Silva e a Dra. Costa",
                "O senhor Silva e a doutora Costa",
            ),
            ("n.º 5", "número 5"),
            ("D. Pedro II", "dom Pedro segundo"),
            ("R$ 5,00", "5 reais"),
            ("às 5h30", "às 5 e 30"),
        ],
    );
}

#[test]
fn russian() {
    check(
        "ru",
        &[
            ("и т. д., т. е. так", "и так далее, то есть так"),
            ("и т.д.", "и так далее."),
            ("Палата № 6", "Палата номер 6"),
            ("глава IV", "глава 4"),
            ("в XVIII веке", "в восемнадцатом веке"),
            ("5 км, 1 км, 2 кг", "5 километров, 1 километр, 2 килограмма"),
            ("$5 и 21 ₽", "5 долларов и 21 рубль"),
            ("50 %", "50 процентов"),
            ("«Что?» — сказал он.", "«Что?», сказал он."),
        ],
    );
}

#[test]
fn languages_without_a_table_are_only_cleaned() {
    check("th", &[("x & y…", "x & y.")]);
    check("und", &[("x & y…", "x & y.")]);
}
