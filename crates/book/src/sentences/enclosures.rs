//! What stands between quotation marks or brackets.

use super::marks;

/// Longer speeches have sentences of their own, and a mark that was never closed may find the
/// closing one of another; in bytes.
const LONGEST: usize = 1_200;

/// Pairs in pairs are known to this depth.
const DEPTH: usize = 8;

/// A passage between an opening mark and its closing one, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Enclosure {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Finds the outermost enclosures in one pass.
#[derive(Debug, Default)]
pub(super) struct Enclosures {
    open: Vec<(char, usize)>,
    found: Vec<Enclosure>,
}

impl Enclosures {
    /// The enclosures of `text`, in order. None goes over a line that `ends_line` says ends.
    pub(super) fn of(text: &str, ends_line: impl Fn(usize) -> bool) -> Vec<Enclosure> {
        let mut enclosures = Self::default();
        let mut before = None;
        for (at, c) in text.char_indices() {
            if marks::may_be_mark(c) {
                if c == '\n' && ends_line(at) {
                    enclosures.open.clear();
                } else if marks::is_paired(c) {
                    let after = text[at + c.len_utf8()..].chars().next();
                    enclosures.see(at, c, before, after);
                }
            }
            before = Some(c);
        }
        enclosures.found
    }

    fn see(&mut self, at: usize, c: char, before: Option<char>, after: Option<char>) {
        let opener = self
            .open
            .iter()
            .rposition(|(opener, _)| marks::closers_of(*opener).contains(&c));
        match opener {
            Some(depth) if may_close(c, before, after) => {
                let start = self.open[depth].1;
                self.open.truncate(depth);
                self.close(start, at + c.len_utf8());
            }
            _ if may_open(c, before, after) => {
                if self.open.len() == DEPTH {
                    self.open.remove(0);
                }
                self.open.push((c, at));
            }
            _ => {}
        }
    }

    fn close(&mut self, start: usize, end: usize) {
        if end - start > LONGEST {
            return;
        }
        while self.found.last().is_some_and(|inner| inner.start > start) {
            self.found.pop();
        }
        self.found.push(Enclosure { start, end });
    }
}

/// Whether the mark could be a closing one: `don’t` and `" he` have none.
fn may_close(c: char, before: Option<char>, after: Option<char>) -> bool {
    let in_word = after.is_some_and(char::is_alphanumeric);
    match c {
        '\'' | '’' => !in_word && !before.is_some_and(char::is_whitespace),
        '"' => !in_word || before.is_some_and(|c| !c.is_whitespace() && !c.is_alphanumeric()),
        _ => true,
    }
}

/// Whether the mark could be an opening one: `dogs'` and `5")` have none.
fn may_open(c: char, before: Option<char>, after: Option<char>) -> bool {
    if marks::closers_of(c).is_empty() {
        return false;
    }
    match c {
        '"' | '\'' | '”' | '’' | '»' | '›' => {
            let apart = before.is_none_or(|c| {
                c.is_whitespace() || marks::is_dash(c) || marks::opens(c) || c == ':'
            });
            apart && after.is_some_and(|c| !c.is_whitespace())
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passages(text: &str) -> Vec<&str> {
        Enclosures::of(text, |_| true)
            .into_iter()
            .map(|Enclosure { start, end }| &text[start..end])
            .collect()
    }

    #[test]
    fn pairs_of_all_kinds_are_found() {
        assert_eq!(passages("a “b c” d"), ["“b c”"]);
        assert_eq!(
            passages("„Ja“, »nein« und «non»"),
            ["„Ja“", "»nein«", "«non»"]
        );
        assert_eq!(passages("彼は「はい」と（笑）"), ["「はい」", "（笑）"]);
        assert_eq!(passages("say \"it (now)\" [1]"), ["\"it (now)\"", "[1]"]);
    }

    #[test]
    fn only_the_outermost_counts() {
        assert_eq!(passages("(a [b] 'c' d)"), ["(a [b] 'c' d)"]);
    }

    #[test]
    fn an_apostrophe_is_no_quotation_mark() {
        assert_eq!(
            passages("'Tis the dogs' bowl, isn't it"),
            ["'Tis the dogs'"]
        );
        assert!(passages("the ’nineties weren’t").is_empty());
    }

    #[test]
    fn what_is_not_closed_is_no_enclosure() {
        assert!(passages("“He went. She stayed.").is_empty());
        assert!(passages("a) b) c)").is_empty());
        assert!(passages("(a\nb)").is_empty());
    }

    #[test]
    fn a_long_speech_is_no_enclosure() {
        assert!(passages(&format!("“{}”", "a. ".repeat(LONGEST))).is_empty());
    }

    #[test]
    fn many_open_marks_take_no_time() {
        let text = "“(".repeat(50_000);
        let started = std::time::Instant::now();
        assert!(passages(&text).is_empty());
        assert!(started.elapsed().as_secs() < 10);
    }
}
