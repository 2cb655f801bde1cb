//! Words that no lexicon has: a small network reads them letter by letter.

use audiotome_core::SpeechError;
use misaki_rs::Fallback;
use misaki_rs::fallback::FallbackError;
use rten::NodeId;
use rten_tensor::NdTensor;

use crate::OpenError;
use crate::onnx::Network;

/// Letters in the order of the network's input; the first has number 1.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyzª²³µ¹º¼½¾ÀÁÂÃÄÅÆÇÉÊ\
    ÌÍÎÏÑÒÓÔÕÖØÚÜÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿĀāĂăąĆćČčĎďĐđĒēĕĖėęěĝĞğġģīĭİıķļĽľŁłńņňŋŌōŏőŒœŘř\
    ŚśŞşŠšţťūŭŮůŰųŵźŻżŽžƒơưǎǐǒǔǚșț";
/// Phonemes in the order of the network's output; the first has number 1.
const PHONEMES: &str = " ()-1AIOTWYabdfhijklmnpstuvwyzæðŋɑɔəɛɜɡɪɹʀʃʊʌʒʤʧˈˌθᵊᵻ";
/// What the network writes where a letter adds no phoneme.
const BLANK: i32 = 0;
/// Letters that the network was trained to read at once.
const MOST_LETTERS: usize = 24;
/// A number that is too long to be read as one is read digit by digit.
const DIGITS: [&str; 10] = [
    "zˈɪɹO",
    "wˈʌn",
    "tˈu",
    "θɹˈi",
    "fˈɔɹ",
    "fˈIv",
    "sˈɪks",
    "sˈɛvən",
    "ˈAt",
    "nˈIn",
];

/// The network for unknown words, `oov.onnx`.
#[derive(Debug)]
pub(super) struct UnknownWords {
    network: Network,
    letters: NodeId,
    phonemes: NodeId,
}

impl UnknownWords {
    pub(super) fn new(network: Network, voice: &str) -> Result<Self, OpenError> {
        Ok(Self {
            letters: network.node(voice, "chars")?,
            phonemes: network.node(voice, "ids")?,
            network,
        })
    }

    /// Reads letters, digits and symbols, with a space between what is read apart. What makes no
    /// sound gives nothing.
    pub(super) fn read(&self, text: &str) -> Result<String, SpeechError> {
        let mut read = Vec::new();
        for part in parts(text) {
            let first = part.chars().next().unwrap_or(' ');
            if first.is_alphabetic() {
                read.push(self.read_letters(part)?);
            } else {
                read.extend(part.chars().filter_map(sign).map(str::to_owned));
            }
        }
        read.retain(|phonemes| !phonemes.is_empty());
        Ok(read.join(" "))
    }

    fn read_letters(&self, word: &str) -> Result<String, SpeechError> {
        let numbers: Vec<i32> = word.chars().filter_map(number).collect();
        let pieces = numbers.len().div_ceil(MOST_LETTERS).max(1);
        let mut phonemes = String::new();
        for piece in numbers.chunks(numbers.len().div_ceil(pieces).max(1)) {
            let input = NdTensor::from_data([1, piece.len()], piece.to_vec());
            let [output] = self
                .network
                .run(vec![(self.letters, input.into())], [self.phonemes])?;
            let output = NdTensor::<i32, 2>::try_from(output).map_err(|error| {
                SpeechError::Permanent(format!("no phonemes for `{word}`: {error}"))
            })?;
            phonemes.push_str(&collapsed(output.into_data()));
        }
        Ok(phonemes)
    }
}

impl Fallback for UnknownWords {
    fn phonemize(&self, word: &str) -> Result<String, FallbackError> {
        self.read(word).map_err(|_| FallbackError::NoPhonemes {
            word: word.to_owned(),
        })
    }
}

/// Whether the network can read this letter.
pub(super) fn knows(letter: char) -> bool {
    number(letter).is_some()
}

/// Runs of letters (with apostrophes inside), and runs of anything else.
fn parts(text: &str) -> Vec<&str> {
    let of_word = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’');
    let mut parts = Vec::new();
    let mut start = 0;
    let mut inside = None;
    for (place, c) in text.char_indices() {
        if inside.is_some_and(|inside| inside != of_word(c)) {
            parts.push(&text[start..place]);
            start = place;
        }
        inside = Some(of_word(c));
    }
    parts.push(&text[start..]);
    parts
        .into_iter()
        .map(|part| part.trim_matches(['\'', '’']))
        .filter(|part| !part.is_empty())
        .collect()
}

/// One phoneme for each run of equal numbers, without blanks.
fn collapsed(numbers: impl IntoIterator<Item = i32>) -> String {
    let mut phonemes = String::new();
    let mut previous = BLANK;
    let mut in_remark = false;
    for number in numbers {
        if number != previous && number != BLANK {
            match phoneme(number) {
                // The network learnt from readings with remarks such as `(en)`.
                Some('(') => in_remark = true,
                Some(')') => in_remark = false,
                Some(phoneme) if !in_remark => phonemes.push(phoneme),
                _ => {}
            }
        }
        previous = number;
    }
    phonemes
}

fn number(letter: char) -> Option<i32> {
    let place = LETTERS.chars().position(|c| c == letter)?;
    i32::try_from(place + 1).ok()
}

fn phoneme(number: i32) -> Option<char> {
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    PHONEMES.chars().nth(place)
}

fn sign(c: char) -> Option<&'static str> {
    if let Some(digit) = c.to_digit(10) {
        return Some(DIGITS[digit as usize]);
    }
    Some(match c {
        '/' => "slˈæʃ",
        '=' => "ˈikwəlz",
        '+' => "plˈʌs",
        '&' => "ænd",
        '@' => "æt",
        '%' => "pəɹsˈɛnt",
        '#' => "hˈæʃ",
        '<' => "lˈɛs ðən",
        '>' => "ɡɹˈATəɹ ðən",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_phonemes_have_the_numbers_of_the_network() {
        assert_eq!(number('A'), Some(1));
        assert_eq!(number('a'), Some(28));
        assert_eq!(number('ț'), Some(LETTERS.chars().count() as i32));
        assert_eq!(number('ж'), None);
        assert_eq!(phoneme(1), Some(' '));
        assert_eq!(phoneme(53), Some('ᵻ'));
        assert_eq!(phoneme(54), None);
        assert_eq!(phoneme(0), None);
        assert_eq!(phoneme(-1), None);
    }

    #[test]
    fn runs_collapse_and_blanks_part_equal_phonemes() {
        let t = PHONEMES.chars().position(|c| c == 't').unwrap() as i32 + 1;
        assert_eq!(collapsed([0, t, t, 0, 0, t, 0]), "tt");
        assert_eq!(collapsed([]), "");
    }

    #[test]
    fn remarks_are_not_spoken() {
        assert_eq!(collapsed([2, 12, 3, 12]), "a");
    }

    #[test]
    fn a_word_falls_into_letters_and_the_rest() {
        assert_eq!(parts("ab'c12,x"), ["ab'c", "12,", "x"]);
        assert_eq!(parts("’tis"), ["tis"]);
        assert_eq!(parts("'"), [""; 0]);
        assert_eq!(parts("+é"), ["+", "é"]);
    }
}
