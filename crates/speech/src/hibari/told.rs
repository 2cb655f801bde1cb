//! Sounds that a text tells in IPA, in the alphabet of the network.
//!
//! That is American English as misaki and Kokoro write it: one capital for each diphthong, no marks of
//! length. Sounds of other languages that the network has no number for are left out when it speaks.

/// What is written otherwise; longer ones first.
const SOUNDS: [(&str, &str); 28] = [
    ("t͡ʃ", "ʧ"),
    ("d͡ʒ", "ʤ"),
    ("ɜːɹ", "ɜɹ"),
    ("ɜːr", "ɜɹ"),
    ("ɜː", "ɜɹ"),
    ("tʃ", "ʧ"),
    ("dʒ", "ʤ"),
    ("eɪ", "A"),
    ("aɪ", "I"),
    ("oʊ", "O"),
    ("əʊ", "O"),
    ("aʊ", "W"),
    ("ɔɪ", "Y"),
    ("ɚ", "əɹ"),
    ("ɝ", "ɜɹ"),
    ("ɒ", "ɑ"),
    ("ɐ", "ʌ"),
    ("e", "ɛ"),
    ("a", "æ"),
    ("r", "ɹ"),
    ("ʁ", "ɹ"),
    ("ʀ", "ɹ"),
    ("g", "ɡ"),
    ("ɫ", "l"),
    ("'", "ˈ"),
    ("ː", ""),
    (".", ""),
    ("‿", ""),
];

/// The phonemes of the network for a sound in IPA.
pub(super) fn phonemes(mut ipa: &str) -> String {
    let mut phonemes = String::with_capacity(ipa.len());
    while let Some(c) = ipa.chars().next() {
        let written = SOUNDS.iter().find(|(sound, _)| ipa.starts_with(sound));
        let length = written.map_or(c.len_utf8(), |(sound, _)| sound.len());
        phonemes.push_str(written.map_or(&ipa[..length], |(_, written)| written));
        ipa = &ipa[length..];
    }
    phonemes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hibari::vocabulary;

    #[test]
    fn ipa_is_written_as_the_network_knows_it() {
        for (ipa, expected) in [
            ("hɜːˈmaɪəni", "hɜɹˈmIəni"),
            ("ʃɪˈvɔːn", "ʃɪˈvɔn"),
            ("ˈdʒeɪ.mz", "ˈʤAmz"),
            ("nuː jɔːɹk", "nu jɔɹk"),
            ("wɝld", "wɜɹld"),
        ] {
            assert_eq!(phonemes(ipa), expected);
            let known = vocabulary::ids(expected).len() - 2;
            assert_eq!(known, expected.chars().count(), "{expected}");
        }
    }

    #[test]
    fn longer_sounds_are_found_first() {
        let mut seen: Vec<&str> = Vec::new();
        for (sound, _) in SOUNDS {
            assert!(
                !seen.iter().any(|earlier| sound.starts_with(earlier)),
                "{sound}"
            );
            seen.push(sound);
        }
    }
}
