//! The English possessive behind a word whose sound is told: `Hermione's` takes one more sound.

use audiotome_core::Language;

/// The bytes of `'s` at the start of `after`, and its sound behind `ipa`; none where there is none.
///
/// The sound follows the last one: /ɪz/ after a sibilant, /s/ after a voiceless consonant, else /z/.
pub(super) fn ending(ipa: &str, after: &str, language: &Language) -> Option<(usize, &'static str)> {
    if language.primary() != "en" {
        return None;
    }
    let rest = after.strip_prefix(['\'', '’'])?.strip_prefix('s')?;
    if rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    let last = ipa
        .chars()
        .rfind(|c| c.is_alphabetic() && !matches!(c, 'ː' | 'ʰ'))?;
    let sound = match last {
        's' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ' => "ɪz",
        'p' | 't' | 'k' | 'f' | 'θ' => "s",
        _ => "z",
    };
    Some((after.len() - rest.len(), sound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sound_follows_the_last_one() {
        let of = |ipa, after| ending(ipa, after, &Language::new("en-GB"));
        assert_eq!(of("hɜːˈmaɪəni", "’s cat"), Some((4, "z")));
        assert_eq!(of("mæks", "'s"), Some((2, "ɪz")));
        assert_eq!(of("kɛɪt", "'s."), Some((2, "s")));
        assert_eq!(of("a", "'st"), None);
        assert_eq!(of("a", " s"), None);
        assert_eq!(ending("a", "'s", &Language::new("de")), None);
    }
}
