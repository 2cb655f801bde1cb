//! Dashes, ellipses and ornaments as the commas and full stops that every engine pauses at.

use std::borrow::Cow;

use super::{Context, Style};
use crate::sentences::is_dense;

/// Replaces marks that engines read wrongly or not at all, and line ends.
pub(super) fn pauses<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    let text = if text.contains('\n') {
        lines(text, context.style).into()
    } else {
        Cow::Borrowed(text)
    };
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let sound = chars.iter().position(|c| c.is_alphanumeric());
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c.is_alphanumeric() {
            out.push(c);
            at += 1;
            continue;
        }
        let run = if repeats(c) {
            chars[at..].iter().take_while(|other| **other == c).count()
        } else {
            1
        };
        // Nothing is heard before it.
        let first = sound.is_none_or(|sound| at < sound);
        let next = chars[at + run..]
            .iter()
            .copied()
            .find(|c| !c.is_whitespace());
        let mut used = run;
        match c {
            '—' | '―' | '⸺' | '⸻' => pause(&mut out, next, first),
            '–' | '‒' | '-' | '−' if run > 1 || stands_alone(&chars, at, run) => {
                pause(&mut out, next, first)
            }
            '-' | '‐' | '‑' => out.push('-'),
            '…' | '⋯' => ellipsis(&mut out, next, first),
            '.' if run > 1 => ellipsis(&mut out, next, first),
            // `. . .`
            '.' if chars[at..].starts_with(&['.', ' ', '.', ' ', '.']) => {
                used = chars[at..]
                    .iter()
                    .take_while(|c| matches!(c, '.' | ' '))
                    .count();
                ellipsis(&mut out, chars.get(at + used).copied(), first);
                if used > 0 && chars[at + used - 1] == ' ' {
                    out.push(' ');
                }
            }
            '!' | '?' if run > 1 => out.push(c),
            // `[…]` says that something was left out.
            '[' | '(' if let Some(length) = omission(&chars[at..]) => {
                used = length;
                let after = chars[at + used..].iter().copied();
                ellipsis(&mut out, after.clone().find(|c| !c.is_whitespace()), first);
            }
            _ => {
                single(&mut out, &chars, at, next, first);
                used = 1;
            }
        }
        at += used;
    }
    tidy(&out).into()
}

/// The end of a line of verse is a short pause, of a heading's a long one.
fn lines(text: &str, style: Style) -> String {
    let mark = if style == Style::Heading { '.' } else { ',' };
    let mut joined = String::with_capacity(text.len());
    for line in text.lines() {
        if !joined.is_empty() {
            if joined.ends_with(char::is_alphanumeric) {
                joined.push(mark);
            }
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}

/// A character that stands for itself, or a mark that is read wrongly.
fn single(out: &mut String, chars: &[char], at: usize, next: Option<char>, first: bool) {
    match chars[at] {
        '[' | '{' => out.push('('),
        ']' | '}' => out.push(')'),
        '|' | '¦' => pause(out, next, first),
        '_' | '*' | '~' | '^' | '`' | '\\' | '<' | '>' => space(out, chars, at),
        '/' if between_letters(chars, at) => out.push(' '),
        c if is_ornament(c) => space(out, chars, at),
        c => out.push(c),
    }
}

/// Marks that are one mark however often they are repeated.
fn repeats(c: char) -> bool {
    matches!(
        c,
        '—' | '―' | '⸺' | '⸻' | '–' | '‒' | '-' | '−' | '…' | '⋯' | '.' | '!' | '?'
    )
}

/// Length of an ellipsis in brackets that the text begins with.
fn omission(text: &[char]) -> Option<usize> {
    const LONGEST: usize = 12;
    let length = text
        .iter()
        .take(LONGEST)
        .position(|c| matches!(c, ']' | ')'))?;
    let inside = &text[1..length];
    let dots = inside.iter().all(|c| matches!(c, '.' | '…' | ' '));
    (dots && inside.iter().any(|c| *c != ' ')).then_some(length + 1)
}

/// A dash between spaces, or at the start or end.
fn stands_alone(chars: &[char], at: usize, run: usize) -> bool {
    let before = at.checked_sub(1).map(|before| chars[before]);
    let after = chars.get(at + run);
    before.is_none_or(char::is_whitespace) && after.is_none_or(|c| c.is_whitespace())
        || (before.is_none() && after.is_some_and(|c| !c.is_numeric()))
}

/// A comma, unless another mark already makes the pause or nothing comes before or after it.
fn pause(out: &mut String, next: Option<char>, first: bool) {
    while out.ends_with(' ') {
        out.pop();
    }
    if next.is_none() && !first {
        if !out.ends_with(is_mark) {
            add_mark(out, '.');
        }
    } else if !first && !out.ends_with(is_mark) && !next.is_some_and(is_closing_mark) {
        add_mark(out, ',');
    }
    if !out.is_empty()
        && !next.is_some_and(|c| is_closing_mark(c) || is_dense(c))
        && !out.ends_with('(')
        && !opens(out)
    {
        out.push(' ');
    }
}

fn ellipsis(out: &mut String, next: Option<char>, first: bool) {
    let ends = out.trim_end().ends_with(is_mark) || first;
    if ends || next.is_some_and(|c| is_mark(c) || c == '…') {
        return;
    }
    while out.ends_with(' ') {
        out.pop();
    }
    let goes_on = next.is_some_and(|c| c.is_lowercase() || c.is_numeric());
    add_mark(out, if goes_on { ',' } else { '.' });
    if next.is_some_and(char::is_alphanumeric) {
        out.push(' ');
    }
}

/// A comma or full stop of the script before it; the wide ones bring their own space.
fn add_mark(out: &mut String, mark: char) {
    let dense = out.chars().next_back().is_some_and(is_dense);
    out.push(match (dense, mark) {
        (true, ',') => '，',
        (true, _) => '。',
        (false, mark) => mark,
    });
}

fn space(out: &mut String, chars: &[char], at: usize) {
    if between_letters(chars, at) {
        out.push(' ');
    }
}

fn between_letters(chars: &[char], at: usize) -> bool {
    at > 0 && chars[at - 1].is_alphabetic() && chars.get(at + 1).is_some_and(|c| c.is_alphabetic())
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        ',' | '.' | ';' | ':' | '!' | '?' | '。' | '，' | '、' | '！' | '？' | '；' | '：'
    )
}

fn is_closing_mark(c: char) -> bool {
    matches!(c, ',' | '.' | ';' | ':' | '!' | '?' | '”' | '»' | ')' | '’')
}

/// Stars, daggers, boxes, bullets, arrows and pictures.
fn is_ornament(c: char) -> bool {
    matches!(c,
        '†' | '‡' | '•' | '‣' | '⁂' | '⁎' | '※' | '¶' | '¤' | '\u{2190}'..='\u{21FF}'
        | '\u{2300}'..='\u{23FF}' | '\u{2500}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}'
        | '\u{3013}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Whether the last mark opens a quotation: in many languages `“` and `«` close what began otherwise (`„Komm!“`).
fn opens(text: &str) -> bool {
    text.strip_suffix(['“', '«'])
        .is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric() || is_mark(c)))
}

/// Single spaces, none before a mark (but before `.5` and `.txt`), no comma before another mark.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == ' '
            && (tidy.is_empty()
                || tidy.ends_with([' ', '\n', '('])
                || opens(&tidy) && !tidy.ends_with('«'))
        {
            continue;
        }
        let begins = c == '.' && chars.peek().is_some_and(|next| next.is_alphanumeric());
        if matches!(c, ',' | '.' | ';' | '!' | '?' | ')') && tidy.ends_with(' ') && !begins {
            tidy.pop();
        }
        if matches!(c, '.' | ';' | '!' | '?' | ':' | ',') && tidy.ends_with(',') {
            tidy.pop();
        }
        tidy.push(c);
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}
