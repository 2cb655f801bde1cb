//! Where a speaker breathes: text cut at the punctuation that Piper's models know.
//!
//! eSpeak's own program drops punctuation from its phonemes, but the models were trained with it: the
//! melody of a sentence hangs on it. So the text is cut here, and the marks are put back after.

/// A clause and the mark that ends it: one of `. ! ? , ; :`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clause<'a> {
    /// Its text with everything that stands there, the mark too: eSpeak may read it differently with it.
    pub(crate) text: &'a str,
    /// The mark.
    pub(crate) mark: Option<char>,
}

/// Cuts `text` (one line) into clauses, in order and without gaps but for spaces.
pub(crate) fn clauses(text: &str) -> Vec<Clause<'_>> {
    let mut clauses = Vec::new();
    let mut start = 0;
    let mut position = 0;
    while let Some(c) = text[position..].chars().next() {
        let length = run_length(&text[position..]);
        let after = &text[position + length..];
        if let Some(mark) = mark(
            &text[start..position],
            &text[position..position + length],
            after,
        ) {
            let closing = after.len() - after.trim_start_matches(is_closing).len();
            let end = position + length + closing;
            clauses.push(Clause {
                text: text[start..end].trim(),
                mark: Some(mark),
            });
            start = end;
            position = end;
        } else {
            position += length.max(c.len_utf8());
        }
    }
    let last = text[start..].trim();
    if last.chars().any(char::is_alphanumeric) {
        clauses.push(Clause {
            text: last,
            mark: None,
        });
    }
    clauses.retain(|clause| clause.text.chars().any(char::is_alphanumeric));
    clauses
}

/// Bytes of punctuation at the start of `text`: `?!` and `...` are one mark.
fn run_length(text: &str) -> usize {
    text.len() - text.trim_start_matches(|c| plain(c).is_some()).len()
}

/// The mark that the run of punctuation stands for, where it ends a clause.
fn mark(before: &str, run: &str, after: &str) -> Option<char> {
    let marks: Vec<char> = run.chars().filter_map(plain).collect();
    let first = *marks.first()?;
    let next = after.trim_start_matches(is_closing).chars().next();
    if run.is_ascii() && next.is_some_and(|c| !c.is_whitespace()) && !run.ends_with("--") {
        // Inside a word or a number: `3.5`, `5:30`, `U.S.`, `example.org`.
        return None;
    }
    let goes_on = after
        .chars()
        .find(|c| c.is_alphanumeric())
        .is_some_and(char::is_lowercase);
    // `?!` asks, however loud.
    let loud = ['?', '!'].iter().find(|mark| marks.contains(mark));
    match (first, loud) {
        (_, Some(loud)) => Some(*loud),
        ('.', None) if goes_on && marks.len() == 1 => {
            // An abbreviation (`e.g. this`), which eSpeak knows how to read; or a pause.
            (run == "…").then_some(',')
        }
        ('.', None) if goes_on => Some(','),
        ('-', None) if marks.len() < 2 && !is_dash(run) => None,
        ('-', None) => (!before.trim().is_empty()).then_some(';'),
        (mark, None) => Some(mark),
    }
}

/// The ASCII mark for a mark of any script.
fn plain(c: char) -> Option<char> {
    Some(match c {
        '.' | '。' | '．' | '｡' | '।' | '॥' | '۔' | '…' => '.',
        '!' | '！' => '!',
        '?' | '？' | '؟' | '\u{37E}' => '?',
        ',' | '，' | '、' | '､' | '،' => ',',
        ';' | '；' | '؛' => ';',
        ':' | '：' => ':',
        '-' | '–' | '—' | '―' => '-',
        _ => return None,
    })
}

fn is_dash(run: &str) -> bool {
    run.chars().all(|c| matches!(c, '–' | '—' | '―'))
}

fn is_closing(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | ')' | ']' | '”' | '’' | '»' | '」' | '』' | '）'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> String {
        clauses(text)
            .iter()
            .map(|clause| format!("{}|{} ", clause.text, clause.mark.unwrap_or('_')))
            .collect::<String>()
            .trim_end()
            .to_owned()
    }

    #[test]
    fn clauses_end_at_marks() {
        for (text, expected) in [
            (
                "Hello, world. How are you?",
                "Hello,|, world.|. How are you?|?",
            ),
            ("no mark", "no mark|_"),
            (
                "“Stop!” he said; then: on.",
                "“Stop!”|! he said;|; then:|: on.|.",
            ),
            ("Really?! Yes...", "Really?!|? Yes...|."),
            ("Well... perhaps", "Well...|, perhaps|_"),
            ("Well… perhaps… No", "Well…|, perhaps…|. No|_"),
            (
                "He came — late – again--so.",
                "He came —|; late –|; again--|; so.|.",
            ),
            ("— Yes", "— Yes|_"),
            ("一、二。三？", "一、|, 二。|. 三？|?"),
            ("", ""),
            ("… !", ""),
        ] {
            assert_eq!(cut(text), expected, "{text}");
        }
    }

    #[test]
    fn marks_inside_words_and_numbers_end_nothing() {
        for text in [
            "3.5 and 1,000 at 5:30",
            "e.g. this",
            "example.org",
            "well-known",
            "U.S. men",
        ] {
            assert_eq!(cut(text), format!("{text}|_"));
        }
    }
}
