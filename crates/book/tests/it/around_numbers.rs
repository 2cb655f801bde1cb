//! Numbers, and the letters and marks beside them.

use crate::normalise::{check, heading};

#[test]
fn apostrophes_before_numbers_are_no_marks_of_notes() {
    check(
        "it",
        &[
            ("Nacque l’8 maggio 1950.", "Nacque l’8 maggio 1950."),
            ("dell'11 settembre", "dell'11 settembre"),
            (
                "il 1° maggio, il 1º piano",
                "il primo maggio, il primo piano",
            ),
            (
                "S. Maria, S. Anna e S. Pietro",
                "Santa Maria, Sant'Anna e San Pietro",
            ),
            (
                "S.Maria e S.E. il ministro, p.12",
                "Santa Maria e S.E. il ministro, pagina 12",
            ),
            ("nel XX secolo", "nel ventesimo secolo"),
            ("Nel XX secolo", "Nel ventesimo secolo"),
            ("Windows’95", "Windows’95"),
        ],
    );
    check(
        "fr",
        &[
            (
                "l’11 septembre, plus d’1 km",
                "l’11 septembre, plus d’1 kilomètre",
            ),
            (
                "S.A.R. le prince et M.Dupont",
                "S.A.R. le prince et monsieur Dupont",
            ),
            (
                "à 5 h, vers 10 h, à 20h30",
                "à 5 heures, vers 10 heures, à 20 heures 30",
            ),
            (
                "la Ve armée, le XIXe siècle",
                "la cinquième armée, le dix-neuvième siècle",
            ),
        ],
    );
    check(
        "en",
        &[("‘He said so’12 and left.", "‘He said so’ and left.")],
    );
}

#[test]
fn letters_are_no_roman_numerals() {
    check(
        "en",
        &[
            (
                "See Appendix C, Section D and Part CD.",
                "See Appendix C, Section D and Part CD.",
            ),
            (
                "Chapter L, Psalm C, Part IV",
                "Chapter fifty, Psalm one hundred, Part four",
            ),
            ("Henry Ⅷ", "Henry the eighth"),
        ],
    );
    assert_eq!(heading("IV", "en"), "four");
    check(
        "de",
        &[
            ("Anhang C", "Anhang C"),
            ("Heinrichs IV. Sohn", "Heinrichs des vierten Sohn"),
        ],
    );
    check("es", &[("Ver la casa es bueno.", "Ver la casa es bueno.")]);
    check(
        "nl",
        &[("Ide en de XIXe eeuw", "Ide en de negentiende eeuw")],
    );
}

#[test]
fn what_stands_around_numbers_is_said() {
    check(
        "en",
        &[
            ("5 × 10⁻³ m", "five times ten to the power of minus three m"),
            (
                "$10–15, £5–£10 and $2–3 million",
                "ten to fifteen dollars, five pounds to ten pounds and two to three million dollars",
            ),
            (
                "It cost -$5 and A$3.20.",
                "It cost minus five dollars and three Australian dollars and twenty cents.",
            ),
            (
                "5–6 p.m. on 5–7 May",
                "five to six PM on the fifth to the seventh of May",
            ),
            (
                "4/5/99 and 2000/01/31",
                "April fifth, ninety-nine and January thirty-first, two thousand",
            ),
            ("He was 5’10“ tall.", "He was five feet ten inches tall."),
            ("5+5", "five plus five"),
            (
                "$1.50–2.50, $100-50",
                "one dollar and fifty cents to two dollars and fifty cents, one hundred dollars-fifty dollars",
            ),
            (
                "Letter 12 – 3 June 1890",
                "Letter twelve, the third of June eighteen ninety",
            ),
            (
                "Holmes and Dr. I. Watson, Mr. Hyde, Dr. A. Jekyll",
                "Holmes and Doctor I. Watson, Mister Hyde, Doctor A. Jekyll",
            ),
            ("Gen. 1 and Gen. Lee", "Genesis one and General Lee"),
            ("5 ft. tall", "five feet tall"),
            (
                "from 10:30–11:45 at 20° C",
                "from ten thirty to eleven forty-five at twenty degrees Celsius",
            ),
            (
                "He lives in Baker St. It is near St. Paul’s.",
                "He lives in Baker Street. It is near Saint Paul’s.",
            ),
        ],
    );
}

#[test]
fn what_stands_around_numbers_is_said_in_other_languages() {
    check(
        "de",
        &[
            (
                "„Komm!“ rief sie. „Was?“ Er ging.",
                "„Komm!“ rief sie. „Was?“ Er ging.",
            ),
            (
                "von 1914–1918, in den 1920ern",
                "von 19hundert14 bis 19hundert18, in den 19hundert20ern",
            ),
            (
                "am 3. und 4. Mai, vom 3.–5. Mai",
                "am dritten und vierten Mai, vom dritten bis fünften Mai",
            ),
        ],
    );
    check(
        "es",
        &[
            (
                "Repsol, S. A. y S. M. el Rey",
                "Repsol, S. A. y S. M. el Rey",
            ),
            ("el 15-3-2001", "el 15 de marzo de 2001"),
            ("a las 17:30 h", "a las 17 y 30 horas"),
            ("10:30–11:45, 20° C", "10 y 30 a 11 y 45, 20 grados Celsius"),
        ],
    );
    check("ru", &[("В 5 ч. утра", "В 5 часов утра")]);
}
