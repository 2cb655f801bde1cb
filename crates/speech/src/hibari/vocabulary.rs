//! The phoneme alphabet of the network (that of Kokoro's `vocab.json`).

/// What the network takes before the first and after the last phoneme.
pub(super) const EDGE: i32 = 0;

/// Runs of phonemes with consecutive numbers.
const RUNS: [(i32, &str); 29] = [
    (1, ";:,.!?"),
    (9, "—…\"()“” \u{303}ʣʥʦʨᵝꭧAI"),
    (31, "O"),
    (33, "Q"),
    (35, "ST"),
    (39, "W"),
    (41, "Yᵊabcdef"),
    (50, "hijklmnopqrstuvwxyzɑɐɒæ"),
    (75, "βɔɕç"),
    (80, "ɖðʤə"),
    (85, "ɚɛɜ"),
    (90, "ɟ"),
    (92, "ɡ"),
    (99, "ɥ"),
    (101, "ɨɪʝ"),
    (110, "ɯɰŋɳɲɴø"),
    (118, "ɸθœ"),
    (123, "ɹ"),
    (125, "ɾɻ"),
    (128, "ʁɽʂʃʈʧ"),
    (135, "ʊʋ"),
    (138, "ʌɣɤ"),
    (142, "χʎ"),
    (147, "ʒʔ"),
    (156, "ˈˌː"),
    (162, "ʰ"),
    (164, "ʲ"),
    (169, "↓\u{0}→↗↘"),
    (177, "ᵻ"),
];

/// Numbers of the phonemes between two edges. What the network has no number for is left out.
pub(super) fn ids(phonemes: &str) -> Vec<i32> {
    let inner = phonemes.chars().filter_map(id);
    std::iter::once(EDGE)
        .chain(inner)
        .chain(std::iter::once(EDGE))
        .collect()
}

/// Whether the network makes a sound for this phoneme: neither punctuation nor stress.
pub(super) fn is_sound(phoneme: char) -> bool {
    // Stress, length and the like count as letters in Unicode.
    phoneme.is_alphabetic()
        && !matches!(phoneme, 'ˈ' | 'ˌ' | 'ː' | 'ʰ' | 'ʲ')
        && id(phoneme).is_some()
}

fn id(phoneme: char) -> Option<i32> {
    RUNS.iter().find_map(|(first, run)| {
        let place = run.chars().position(|c| c == phoneme && c != '\0')?;
        i32::try_from(place).ok().map(|place| first + place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers() {
        for (phoneme, number) in [
            (';', 1),
            ('?', 6),
            ('—', 9),
            (' ', 16),
            ('\u{303}', 17),
            ('I', 25),
            ('Y', 41),
            ('f', 48),
            ('z', 68),
            ('æ', 72),
            ('ɡ', 92),
            ('ɹ', 123),
            ('ʧ', 133),
            ('ˈ', 156),
            ('↓', 169),
            ('→', 171),
            ('↘', 173),
            ('ᵻ', 177),
        ] {
            assert_eq!(id(phoneme), Some(number), "{phoneme}");
        }
        let all: String = RUNS.iter().map(|(_, run)| *run).collect();
        assert_eq!(all.chars().filter(|c| *c != '\0').count(), 114);
    }

    #[test]
    fn marks_for_the_unknown_have_no_number() {
        assert_eq!(ids("h❓i\0"), [0, 50, 51, 0]);
    }

    #[test]
    fn punctuation_and_stress_are_no_sound() {
        assert!("əθA".chars().all(is_sound));
        assert!(!" ˈˌ.,—“ː❓".chars().any(is_sound));
    }
}
