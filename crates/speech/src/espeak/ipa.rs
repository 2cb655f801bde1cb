//! Sounds in IPA as the names that eSpeak takes between `[[` and `]]`.
//!
//! eSpeak reads no IPA, and which names a voice knows depends on its language (names it does not know
//! are spelt). So a word is asked back first: only when the voice answers with the sounds that were
//! meant is it told so, else the word is read as it is printed.

use std::fmt::Write as _;
use std::path::Path;

use audiotome_core::pronunciation::{Pronounced, Run, runs};

use super::{phonemes, plain};
use crate::process::ProcessError;

/// Names by their sound, after eSpeak's own documentation of its phonemes; longer ones first.
const NAMES: [(&str, &str); 75] = [
    ("t͡ʃ", "tS"),
    ("d͡ʒ", "dZ"),
    ("ɑ̃", "A~"),
    ("ɛ̃", "E~"),
    ("ɔ̃", "O~"),
    ("œ̃", "W~"),
    ("tʃ", "tS"),
    ("dʒ", "dZ"),
    ("eɪ", "eI"),
    ("aɪ", "aI"),
    ("ɔɪ", "OI"),
    ("aʊ", "aU"),
    ("oʊ", "oU"),
    ("əʊ", "oU"),
    ("iː", "i:"),
    ("uː", "u:"),
    ("ɑː", "A:"),
    ("ɔː", "O:"),
    ("ɜː", "3:"),
    ("yː", "y:"),
    ("øː", "Y:"),
    ("eː", "e:"),
    ("oː", "o:"),
    ("aː", "a:"),
    ("ɛː", "E:"),
    ("ʧ", "tS"),
    ("ʤ", "dZ"),
    ("ɝ", "3:"),
    ("ɚ", "3"),
    ("ɜ", "3:"),
    ("ɪ", "I"),
    ("i", "i"),
    ("ɛ", "E"),
    ("æ", "a"),
    ("a", "a"),
    ("ʌ", "V"),
    ("ɑ", "A:"),
    ("ɒ", "0"),
    ("ɔ", "O"),
    ("ʊ", "U"),
    ("u", "u"),
    ("ə", "@"),
    ("ɐ", "a#"),
    ("e", "e"),
    ("o", "o"),
    ("y", "y"),
    ("ø", "Y"),
    ("œ", "W"),
    ("p", "p"),
    ("b", "b"),
    ("t", "t"),
    ("d", "d"),
    ("k", "k"),
    ("ɡ", "g"),
    ("g", "g"),
    ("f", "f"),
    ("v", "v"),
    ("θ", "T"),
    ("ð", "D"),
    ("s", "s"),
    ("z", "z"),
    ("ʃ", "S"),
    ("ʒ", "Z"),
    ("x", "x"),
    ("ç", "C"),
    ("h", "h"),
    ("m", "m"),
    ("n", "n"),
    ("ŋ", "N"),
    ("l", "l"),
    ("j", "j"),
    ("w", "w"),
    ("ɲ", "n^"),
    ("ʎ", "l^"),
    ("ʔ", "?"),
];
/// Sounds that eSpeak has one name for.
const KINDS_OF_R: [char; 6] = ['ɹ', 'r', 'ɾ', 'ʁ', 'ʀ', 'ɻ'];

/// The text as eSpeak takes it: without commands, but for the sounds of words that tell theirs, where
/// the voice has them.
///
/// # Errors
/// When the program fails or hangs.
pub(super) fn commands(program: &Path, voice: &str, text: &str) -> Result<String, ProcessError> {
    let runs = runs(text);
    let named = |run: &Run<'_>| match run {
        Run::Word(word) => names(&word.ipa),
        Run::Text(_) => None,
    };
    let asked: Vec<_> = runs.iter().map(named).collect();
    let known = ask_back(program, voice, &asked)?;
    let mut commands = String::with_capacity(text.len());
    for ((run, names), answer) in runs.iter().zip(asked).zip(known) {
        match (run, names) {
            (Run::Text(text), _) => commands.push_str(&plain(text)),
            (Run::Word(Pronounced { ipa, .. }), Some(names)) if same(ipa, &answer) => {
                commands.push_str(&names);
            }
            (Run::Word(Pronounced { word, ipa }), _) => {
                tracing::debug!(%word, %ipa, voice, "eSpeak's voice has not all of these sounds");
                commands.push_str(&plain(word));
            }
        }
    }
    Ok(commands)
}

/// What the voice says to each of the names, in IPA; nothing where there are none.
fn ask_back(
    program: &Path,
    voice: &str,
    asked: &[Option<String>],
) -> Result<Vec<String>, ProcessError> {
    let mut answers = vec![String::new(); asked.len()];
    if asked.iter().flatten().next().is_none() {
        return Ok(answers);
    }
    // Empty lines keep apart what is said in several lines.
    let lines: Vec<&str> = asked.iter().flatten().map(String::as_str).collect();
    let answer = phonemes(program, voice, &(lines.join("\n\n") + "\n"))?;
    let answer = String::from_utf8_lossy(&answer);
    let places = (0..asked.len()).filter(|place| asked[*place].is_some());
    for (place, answer) in places.zip(answer.split("\n\n")) {
        answer.clone_into(&mut answers[place]);
    }
    Ok(answers)
}

/// The names of a word's sounds, each of its parts as `[[…]]`; `None` where a sound has none.
fn names(ipa: &str) -> Option<String> {
    let mut commands = String::new();
    for part in ipa.split_whitespace() {
        if !commands.is_empty() {
            commands.push(' ');
        }
        let _ = write!(commands, "[[{}]]", names_of_part(part)?);
    }
    Some(commands).filter(|commands| !commands.is_empty())
}

fn names_of_part(mut ipa: &str) -> Option<String> {
    let mut names = String::new();
    while let Some(c) = ipa.chars().next() {
        let sound = NAMES.iter().find(|(sound, _)| ipa.starts_with(sound));
        let (length, name) = match (sound, c) {
            (Some((sound, name)), _) => (sound.len(), *name),
            (None, 'ˈ' | '\'') => (c.len_utf8(), "'"),
            (None, 'ˌ') => (c.len_utf8(), ","),
            (None, '.' | '‿') => (c.len_utf8(), ""),
            (None, r) if KINDS_OF_R.contains(&r) => (c.len_utf8(), "r"),
            (None, _) => return None,
        };
        names.push_str(name);
        ipa = &ipa[length..];
    }
    Some(names)
}

/// Whether an answer has the sounds that were meant; stress and length are each language's own.
fn same(meant: &str, answer: &str) -> bool {
    let meant = roughly(meant);
    !meant.is_empty() && meant == roughly(answer)
}

/// Sounds without what eSpeak's voices write differently for the same name.
fn roughly(ipa: &str) -> String {
    let mut sounds = String::with_capacity(ipa.len());
    for c in ipa.chars() {
        match c {
            'g' => sounds.push('ɡ'),
            'æ' => sounds.push('a'),
            'ɒ' => sounds.push('ɑ'),
            'ɜ' | 'ɐ' => sounds.push('ə'),
            'ɚ' | 'ɝ' => sounds.push_str("ər"),
            'ʧ' => sounds.push_str("tʃ"),
            'ʤ' => sounds.push_str("dʒ"),
            c if KINDS_OF_R.contains(&c) => sounds.push('r'),
            'ˈ' | 'ˌ' | 'ː' | '.' | '‿' | '\'' | '\u{361}' => {}
            c if c.is_whitespace() => {}
            c => sounds.push(c),
        }
    }
    sounds.replace("əʊ", "oʊ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_sounds_are_found_first() {
        let mut seen: Vec<&str> = Vec::new();
        for (sound, _) in NAMES {
            assert!(
                !seen.iter().any(|earlier| sound.starts_with(earlier)),
                "{sound}"
            );
            seen.push(sound);
        }
    }

    #[test]
    fn sounds_become_names() {
        assert_eq!(names("hɜːˈmaɪəni").as_deref(), Some("[[h3:'maI@ni]]"));
        assert_eq!(names("nuː jɔːk").as_deref(), Some("[[nu:]] [[jO:k]]"));
        assert_eq!(names("ǃxɔ").as_deref(), None);
    }

    #[test]
    fn answers_are_compared_roughly() {
        assert!(same("hɜːˈmaɪəni", "hɜːmˈaɪəni\n") && same("ɹəʊ.kæt", "roʊkat"));
        assert!(!same("a", "qqq") && !same("ˈ", ""));
    }
}
