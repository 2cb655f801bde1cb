//! Words in any script as words that an English reader could try.

use deunicode::deunicode_char;

/// Rewrites what English phonemes have no rule for: other scripts become Latin letters, foreign
/// punctuation its English counterpart, signs their names; what makes no sound is dropped.
///
/// `known` says whether the lexicon has a word, `readable` whether the network for unknown words
/// can read a letter.
pub(super) fn latin(
    text: &str,
    known: impl Fn(&str) -> bool,
    readable: impl Fn(char) -> bool,
) -> String {
    let mut latin = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars() {
        if is_of_word(c) {
            word.push(c);
            continue;
        }
        latin.push_str(&spelled(&word, &known, &readable));
        word.clear();
        push_sign(&mut latin, c);
    }
    latin.push_str(&spelled(&word, &known, &readable));
    latin.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A letter or digit of any script, or a mark on one.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36F}'       // Latin, Greek and Cyrillic accents
        | '\u{591}'..='\u{5C7}'     // Hebrew points
        | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}'  // Arabic vowels
        | '\u{93C}' | '\u{94D}' | '\u{9BC}' | '\u{9CD}' | '\u{A4D}' | '\u{ACD}' | '\u{B4D}'
        | '\u{BCD}' | '\u{C4D}' | '\u{CCD}' | '\u{D4D}'  // Indic viramas
        | '\u{E31}'..='\u{E4E}'     // Thai vowels and tones
        | '\u{200C}' | '\u{200D}')
}

/// A word in letters that can be read. An accented Latin word keeps its accents when they help:
/// when the lexicon has it so, or when it has neither spelling and the network knows the letters.
fn spelled(word: &str, known: impl Fn(&str) -> bool, readable: impl Fn(char) -> bool) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let is_latin = word.chars().all(is_latin);
    if is_latin && known(word) {
        return word.to_owned();
    }
    let plain = plain(word);
    let keeps_accents = is_latin && !known(&plain) && word.chars().all(readable);
    if keeps_accents {
        word.to_owned()
    } else {
        plain
    }
}

fn is_latin(c: char) -> bool {
    c.is_alphabetic() && matches!(c, '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
}

/// ASCII letters, digits and spaces for a word.
fn plain(word: &str) -> String {
    let shouts = !word.chars().any(char::is_lowercase);
    let mut plain = String::with_capacity(word.len());
    for c in word.chars() {
        if c.is_ascii() {
            plain.push(c);
            continue;
        }
        let letters = deunicode_char(c).unwrap_or_default();
        let letters = letters.chars().map(|c| match c {
            '/' => '/',
            c if c.is_ascii_alphanumeric() => c,
            c if c.is_whitespace() || c == '-' => ' ',
            _ => '\0',
        });
        for (index, letter) in letters.filter(|c| *c != '\0').enumerate() {
            let small = index > 0 && !shouts;
            plain.push(if small {
                letter.to_ascii_lowercase()
            } else {
                letter
            });
        }
    }
    plain
}

/// Punctuation and signs: as they are, as their English counterpart, by name, or as a space.
fn push_sign(text: &mut String, c: char) {
    match c {
        c if c.is_ascii_control() => text.push(' '),
        '*' | '_' | '^' | '|' | '\\' | '~' | '`' | '{' | '}' => text.push(' '),
        // misaki has a markup `[word](phonemes)`; a book's brackets are brackets.
        '[' | '【' | '〔' | '（' => text.push('('),
        ']' | '】' | '〕' | '）' => text.push(')'),
        c if c.is_ascii() || matches!(c, '—' | '–' | '…' | '“' | '”' | '‘' | '’' | '€' | '£') =>
        {
            text.push(c);
        }
        '«' | '„' | '「' | '『' | '《' | '〈' => text.push('“'),
        '»' | '‟' | '」' | '』' | '》' | '〉' => text.push('”'),
        '‹' | '‚' => text.push('‘'),
        '›' | 'ʼ' | '′' => text.push('’'),
        '‐' | '‑' | '−' => text.push('-'),
        '―' | '‒' | '⸺' | '⸻' => text.push('—'),
        '、' | '，' | '،' | '､' => text.push_str(", "),
        '。' | '．' | '।' | '۔' | '｡' => text.push_str(". "),
        '！' => text.push_str("! "),
        '？' | '؟' | '⁇' => text.push_str("? "),
        '：' => text.push_str(": "),
        '；' | '؛' => text.push_str("; "),
        '⋯' | '‥' => text.push('…'),
        c => match sign_name(c) {
            Some(name) => {
                text.push(' ');
                text.push_str(name);
                text.push(' ');
            }
            // Soft hyphens and joiners stand inside words.
            None if matches!(c, '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}') => {}
            None => text.push(' '),
        },
    }
}

fn sign_name(c: char) -> Option<&'static str> {
    Some(match c {
        '°' => "degrees",
        '¢' => "cents",
        '¥' => "yen",
        '₹' => "rupees",
        '§' => "section",
        '¶' => "paragraph",
        '±' => "plus or minus",
        '×' => "times",
        '÷' => "divided by",
        '≈' => "about",
        '≠' => "is not",
        '≤' => "at most",
        '≥' => "at least",
        '√' => "the root of",
        '∞' => "infinity",
        '©' => "copyright",
        '№' => "number",
        '→' => "to",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_lexicon(text: &str, lexicon: &[&str]) -> String {
        latin(text, |word| lexicon.contains(&word), is_latin)
    }

    #[test]
    fn english_stays_as_it_is() {
        let text = "“Don’t,” he said — it’s $3.50 (or 20%)…";
        assert_eq!(with_lexicon(text, &[]), text);
    }

    #[test]
    fn accents_stay_where_they_help() {
        assert_eq!(with_lexicon("a café", &["café"]), "a café");
        assert_eq!(with_lexicon("Dvořák’s", &["Dvorak"]), "Dvorak’s");
        assert_eq!(with_lexicon("Kvothëa", &[]), "Kvothëa");
        assert_eq!(
            with_lexicon("Æsop ÆSOP", &["Aesop", "AESOP"]),
            "Aesop AESOP"
        );
    }

    #[test]
    fn other_scripts_become_latin_letters() {
        assert_eq!(with_lexicon("Привет, мир!", &[]), "Privet, mir!");
        assert_eq!(with_lexicon("Λόγος", &[]), "Logos");
        assert_eq!(with_lexicon("你好。", &[]), "Ni Hao .");
        assert_eq!(with_lexicon("“こんにちは”", &[]), "“konnitiha”");
        for word in [
            "नमस्ते",
            "สวัสดี",
            "שלום",
            "مرحبا",
            "안녕하세요",
            "გამარჯობა",
            "ሰላም",
        ] {
            let latin = with_lexicon(word, &[]);
            assert!(
                latin.is_ascii() && latin.len() > 2,
                "{word} became `{latin}`"
            );
        }
    }

    #[test]
    fn signs_are_named_or_dropped() {
        assert_eq!(with_lexicon("20 °C", &[]), "20 degrees C");
        assert_eq!(with_lexicon("3×4", &[]), "3 times 4");
        assert_eq!(with_lexicon("well 🙂 then ☞ now*", &[]), "well then now");
        assert_eq!(with_lexicon("🙂 ☃ ♥", &[]), "");
        assert_eq!(with_lexicon("x²", &[]), "x2");
        assert_eq!(with_lexicon("٣٤", &[]), "34");
    }

    #[test]
    fn markup_of_the_phoneme_rules_is_text() {
        assert!(!with_lexicon("[word](/wɜːd/)", &[]).contains(']'));
    }
}
