//! Characters that have no sound.

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// Removes characters that are only there for layout (control, direction, soft hyphen, zero
/// width), makes all white space single spaces, and composes what is left (NFC): last, as a
/// letter and its accent may have had a character without sound between them. Line ends stay.
pub(super) fn clean(text: &str) -> String {
    let sounding = sounding(text);
    if is_nfc(&sounding) {
        sounding
    } else {
        sounding.nfc().collect()
    }
}

fn sounding(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut before = '\n';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => {
                while clean.ends_with(' ') {
                    clean.pop();
                }
                if !clean.is_empty() && !clean.ends_with('\n') {
                    clean.push('\n');
                }
            }
            // Persian and Indic scripts spell with joiners; elsewhere they only say how to draw.
            '\u{200C}' | '\u{200D}'
                if joins(before) && chars.peek().is_some_and(|c| joins(*c) || is_mark(*c)) =>
            {
                clean.push(c);
                continue;
            }
            _ if is_silent(c) => continue,
            _ if c.is_whitespace() => {
                if !clean.is_empty() && !clean.ends_with([' ', '\n']) {
                    clean.push(' ');
                }
            }
            // Full-width letters and digits, which engines pass over in silence.
            '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' => {
                clean.extend(char::from_u32(u32::from(c) - 0xFEE0));
            }
            '\u{FB00}' => clean.push_str("ff"),
            '\u{FB01}' => clean.push_str("fi"),
            '\u{FB02}' => clean.push_str("fl"),
            '\u{FB03}' => clean.push_str("ffi"),
            '\u{FB04}' => clean.push_str("ffl"),
            '\u{FB05}' | '\u{FB06}' => clean.push_str("st"),
            _ => clean.push(c),
        }
        if !is_mark(c) {
            before = c;
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

fn is_silent(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..='\u{E0FFF}')
        || (c.is_control() && !c.is_whitespace())
}

/// A character that is drawn with the one before. Which script's it is does not count, as
/// composing puts several of them in another order.
fn is_mark(c: char) -> bool {
    canonical_combining_class(c) != 0
}

/// Arabic and Indic letters.
fn joins(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{900}'..='\u{DFF}' | '\u{FB50}'..='\u{FEFC}')
}
