//! The text of the block that is being read.

/// Collects text with white space collapsed.
#[derive(Debug, Default)]
pub(super) struct TextBuffer {
    text: String,
    space: Space,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Space {
    #[default]
    None,
    Inline,
    /// The line ended in the source, which means nothing between ideographs.
    SourceLine,
}

impl TextBuffer {
    /// Adds text as it stands in the source.
    pub(super) fn push(&mut self, text: &str) {
        for c in text.chars() {
            if c.is_whitespace() {
                self.add_space(c == '\n' || c == '\r');
            } else if !is_invisible(c) {
                self.settle_space(c);
                self.text.push(c);
            }
        }
    }

    /// Ends the line where the author wants it. Returns whether it was ended before, so that an
    /// empty line stands here.
    pub(super) fn line_break(&mut self) -> bool {
        self.space = Space::None;
        let ended = self.text.ends_with('\n');
        if !ended && !self.text.is_empty() {
            self.text.push('\n');
        }
        ended
    }

    /// Where the next text will begin.
    pub(super) fn mark(&self) -> usize {
        self.text.len()
    }

    /// The text since `mark`.
    pub(super) fn since(&self, mark: usize) -> &str {
        self.text.get(mark..).unwrap_or_default().trim()
    }

    /// The text since `mark` with the white space around it.
    pub(super) fn added(&self, mark: usize) -> &str {
        self.text.get(mark..).unwrap_or_default()
    }

    /// The text before `mark`.
    pub(super) fn before(&self, mark: usize) -> &str {
        self.text.get(..mark).unwrap_or_default()
    }

    /// Whether white space was before the text that was added since `mark`.
    pub(super) fn is_apart(&self, mark: usize) -> bool {
        self.added(mark).starts_with(char::is_whitespace) || self.before(mark).ends_with('\n')
    }

    /// Whether white space follows what was added last.
    pub(super) fn is_spaced(&self) -> bool {
        self.space != Space::None
    }

    /// Puts `text` in the place of what was added since `mark`; white space around it stays.
    pub(super) fn replace(&mut self, mark: usize, text: &str) {
        let start = self.text.len() - self.added(mark).trim_start().len();
        self.text.replace_range(start.., text);
    }

    /// Takes back what was added since `mark`; the words around it stay apart if they were.
    pub(super) fn truncate(&mut self, mark: usize) {
        if self.added(mark).starts_with(' ') {
            self.space = Space::Inline;
        }
        self.text.truncate(mark);
    }

    /// Takes the text out.
    pub(super) fn take(&mut self) -> String {
        self.space = Space::None;
        let mut text = std::mem::take(&mut self.text);
        text.truncate(text.trim_end().len());
        text.shrink_to_fit();
        text
    }

    fn add_space(&mut self, ends_line: bool) {
        if ends_line {
            self.space = Space::SourceLine;
        } else if self.space == Space::None {
            self.space = Space::Inline;
        }
    }

    fn settle_space(&mut self, next: char) {
        let space = std::mem::take(&mut self.space);
        let Some(last) = self.text.chars().next_back() else {
            return;
        };
        let joined = space == Space::SourceLine && is_ideographic(last) && is_ideographic(next);
        if space != Space::None && last != '\n' && !joined {
            self.text.push(' ');
        }
    }
}

/// Characters that neither print nor sound: soft hyphens, byte order marks, control characters.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}' | '\u{FEFF}') || c.is_control()
}

/// Characters of scripts that are set without spaces: Han, kana and their punctuation.
pub(crate) fn is_ideographic(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{2FDF}' | '\u{3000}'..='\u{312F}' | '\u{31C0}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}'
        | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collapsed(parts: &[&str]) -> String {
        let mut buffer = TextBuffer::default();
        for part in parts {
            buffer.push(part);
        }
        buffer.take()
    }

    #[test]
    fn white_space_collapses_and_parts_join_without_any() {
        assert_eq!(
            collapsed(&["  a \u{A0}\n b", "c ", " d\u{AD}e "]),
            "a bc de"
        );
        assert_eq!(collapsed(&["K", "EEP"]), "KEEP");
    }

    #[test]
    fn wrapped_ideographs_join() {
        assert_eq!(
            collapsed(&["吾輩は\n  猫である。\nABC\n猫"]),
            "吾輩は猫である。 ABC 猫"
        );
        assert_eq!(collapsed(&["한국\n사람"]), "한국 사람");
    }

    #[test]
    fn what_is_taken_back_leaves_the_space_around_it() {
        let mut buffer = TextBuffer::default();
        buffer.push("word ");
        let mark = buffer.mark();
        buffer.push("[1]");
        assert_eq!(buffer.since(mark), "[1]");
        buffer.truncate(mark);
        buffer.push("next");
        assert_eq!(buffer.take(), "word next");
    }
}
