//! From text to the ids that a Piper model takes.

use audiotome_core::pronunciation::{self, Pronounced, stands_in};
use unicode_normalization::UnicodeNormalization as _;

use super::clauses::{Clause, clauses};
use super::config::{PhonemeType, PiperConfig};
use crate::cut::{MOST_PHONEMES, cut};

/// The ids of each sentence of `text`, as the model takes them: `^ _ p _ p _ … $`.
///
/// `espeak` turns lines of text into lines of phonemes, an empty line into an empty line.
///
/// # Errors
/// Only those of `espeak`.
pub(crate) fn sentences<E>(
    config: &PiperConfig,
    text: &str,
    espeak: impl FnOnce(&str) -> Result<String, E>,
) -> Result<Vec<Vec<i32>>, E> {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let spoken = match config.phoneme_type {
        PhonemeType::Text => vec![one_line(&pronunciation::plain(text))],
        PhonemeType::Espeak | PhonemeType::Other => {
            let (text, words) = pronunciation::with_stand_ins(text);
            let text = one_line(&text);
            let clauses = clauses(&text);
            let lines: Vec<&str> = clauses.iter().flat_map(|c| readable(c.text)).collect();
            // The empty lines keep apart what espeak makes several lines of.
            let phonemes = espeak(&(lines.join("\n\n") + "\n"))?;
            join(&clauses, &words, &phonemes)
        }
    };
    Ok(spoken
        .iter()
        .flat_map(|sentence| cut(sentence, MOST_PHONEMES))
        .map(|sentence| ids(config, &symbols(config, sentence)))
        .filter(|ids| !ids.is_empty())
        .collect())
}

/// The parts of a clause between the words whose sound is told, as far as there is something to read.
fn readable(clause: &str) -> impl Iterator<Item = &str> {
    let parts = clause.split(|c| stands_in(c).is_some());
    parts.filter(|part| part.chars().any(char::is_alphanumeric))
}

/// Puts the punctuation back behind each clause's phonemes, and clauses together into sentences.
fn join(clauses: &[Clause<'_>], told: &[Pronounced<'_>], phonemes: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut sentence = String::new();
    let mut parts = phonemes.split("\n\n");
    for clause in clauses {
        let words = words(clause.text, told, &mut parts);
        if words.is_empty() {
            continue;
        }
        if !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(&words.join(" "));
        sentence.extend(clause.mark);
        if matches!(clause.mark, Some('.' | '!' | '?')) {
            sentences.push(std::mem::take(&mut sentence));
        }
    }
    sentences.push(sentence);
    sentences
}

/// The phonemes of a clause, word by word: those of espeak (`parts`, as [`readable`] asked for them)
/// and those that the text tells.
fn words<'p>(
    clause: &str,
    told: &[Pronounced<'_>],
    parts: &mut impl Iterator<Item = &'p str>,
) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in clause.split(|c| stands_in(c).is_some()).enumerate() {
        let number = match index {
            0 => None,
            _ => clause.chars().filter_map(stands_in).nth(index - 1),
        };
        if let Some(word) = number.and_then(|number| told.get(number)) {
            words.extend(word.ipa.split_whitespace().map(as_espeak));
        }
        if part.chars().any(char::is_alphanumeric) {
            let spoken = without_flags(parts.next().unwrap_or_default());
            words.extend(spoken.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// IPA as espeak writes it, which the models know: without ties and syllables.
fn as_espeak(ipa: &str) -> String {
    let known = |c: char| match c {
        'g' => Some('ɡ'),
        '\'' => Some('ˈ'),
        '.' | '‿' | '\u{361}' => None,
        c => Some(c),
    };
    ipa.chars().filter_map(known).collect()
}

/// The phonemes without the marks around words of another language: `(en)wɜːd(de)`.
fn without_flags(phonemes: &str) -> String {
    let mut parts = phonemes.split('(');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once(')').map_or(part, |(_, after)| after));
    }
    plain
}

/// Decomposed characters, those of a vowel cluster together.
fn symbols(config: &PiperConfig, sentence: &str) -> Vec<String> {
    let characters: Vec<String> = sentence.nfd().map(String::from).collect();
    let mut symbols = Vec::with_capacity(characters.len());
    let mut rest = characters.as_slice();
    while let Some(first) = rest.first() {
        let longest = config
            .vowel_clusters
            .iter()
            .filter(|cluster| cluster.len() > 1 && rest.starts_with(cluster))
            .max_by_key(|cluster| cluster.len());
        match longest {
            Some(cluster) => {
                symbols.push(cluster.concat());
                rest = &rest[cluster.len()..];
            }
            None => {
                symbols.push(first.clone());
                rest = &rest[1..];
            }
        }
    }
    symbols
}

/// Ids with the padding between; none where the model knows none of the symbols.
fn ids(config: &PiperConfig, symbols: &[String]) -> Vec<i32> {
    let pad = config.ids("_");
    let mut ids = [config.ids("^"), pad].concat();
    let empty = ids.len();
    for symbol in symbols {
        let known = config.ids(symbol);
        if known.is_empty() {
            tracing::debug!(phoneme = %symbol, "the voice doesn't know a phoneme");
            continue;
        }
        ids.extend(known);
        ids.extend(pad);
    }
    if ids.len() == empty {
        return Vec::new();
    }
    ids.extend(config.ids("$"));
    ids
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::piper::config::tests::SMALL;

    fn of(config: &PiperConfig, text: &str, phonemes: &str) -> Vec<Vec<i32>> {
        let espeak = |_: &str| Ok::<_, Infallible>(phonemes.to_owned());
        match sentences(config, text, espeak) {
            Ok(sentences) => sentences,
        }
    }

    fn small() -> PiperConfig {
        PiperConfig::parse(SMALL.as_bytes()).unwrap()
    }

    #[test]
    fn every_phoneme_is_followed_by_padding() {
        assert_eq!(of(&small(), "Ah.", "a\n"), [[1, 0, 14, 0, 10, 0, 2]]);
    }

    #[test]
    fn accents_are_phonemes_of_their_own_and_unknown_ones_are_left_out() {
        assert_eq!(of(&small(), "An", "ãq\n"), [[1, 0, 14, 0, 141, 0, 2]]);
        assert_eq!(of(&small(), "Q", "q\n"), Vec::<Vec<i32>>::new());
    }

    #[test]
    fn vowels_of_a_cluster_are_one_phoneme() {
        let mut config = small();
        config.vowel_clusters = vec![vec!["a".to_owned(), "ɪ".to_owned()]];
        assert_eq!(of(&config, "I", "aɪ"), [[1, 0, 161, 0, 2]]);
    }

    #[test]
    fn sentences_are_apart_and_clauses_together() {
        let clauses = clauses("One, two. Three (of all) done; four");
        let joined = join(
            &clauses,
            &[],
            "wˈʌn\n\ntˈuː\n\nθɹˈiː\nʌv ˈɔːl\n(de)dan(en)\n\nfˈoːɹ\n",
        );
        assert_eq!(joined, ["wˈʌn, tˈuː.", "θɹˈiː ʌv ˈɔːl dan; fˈoːɹ"]);
    }

    #[test]
    fn sounds_that_are_told_stand_among_the_others() {
        let text = "Ask [Nguyen](/ˈwɪ.n/), [Siobhan](/ʃɪˈvɔːn/) said.";
        let (text, words) = pronunciation::with_stand_ins(text);
        let clauses = clauses(&text);
        let lines: Vec<_> = clauses.iter().flat_map(|c| readable(c.text)).collect();
        assert_eq!(lines, ["Ask ", " said."]);
        let joined = join(&clauses, &words, "ˈask\n\nsˈɛd\n");
        assert_eq!(joined[0], "ˈask ˈwɪn, ʃɪˈvɔːn sˈɛd.");
    }
}
