//! Lines as paragraphs: hard-wrapped or not, apart by blank lines or by indentation.

use crate::html::is_ideographic;

/// A line without its end: how far it stands from the margin, and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Columns of white space in front of it.
    pub(super) indent: usize,
    /// Its text without white space around it; empty for a blank line.
    pub(super) text: &'a str,
}

/// Lines that belong together.
#[derive(Debug)]
pub(super) struct Paragraph<'a> {
    pub(super) lines: Vec<&'a str>,
    /// Columns between the margin of the text and its first line.
    pub(super) indent: usize,
    /// How much nearer to the edge it is than the margin of the text.
    pub(super) outdent: usize,
    /// Blank lines in front of it.
    pub(super) blank_before: usize,
    /// Whether its lines are the author's own.
    pub(super) verse: bool,
}

impl Paragraph<'_> {
    /// Characters of its lines.
    pub(super) fn characters(&self) -> usize {
        self.lines.iter().map(|line| line.chars().count()).sum()
    }
}

/// Columns of an underlined heading: a longer line is a paragraph, and the rule a break.
const LONGEST_UNDERLINED: usize = 100;
/// Columns by which the rule of a heading may be shorter, unless it is half as long.
const SHORTER: usize = 3;

/// How a text is laid out.
struct Layout {
    /// Columns of a full line.
    width: usize,
    /// Columns in front of most lines.
    margin: usize,
    /// Whether lines are paragraphs of their own.
    unwrapped: bool,
    /// Whether there is a blank line after every line.
    double_spaced: bool,
    /// Whether indentation alone starts a paragraph.
    indented: bool,
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let text = text.trim_start_matches('\u{FEFF}');
    text.split('\n')
        // `\r\n` is one end of a line, not two; a lone `\r` is an old Macintosh's.
        .map(|line| line.trim_end_matches('\r'))
        .flat_map(|line| line.split(['\r', '\u{2028}', '\u{2029}', '\u{85}']))
        .map(|line| {
            let text = line.trim();
            let before = &line[..line.len() - line.trim_start().len()];
            Line {
                indent: before.chars().map(columns).sum(),
                text,
            }
        })
        .collect()
}

fn columns(c: char) -> usize {
    match c {
        '\t' => 4,
        '\u{3000}' => 2,
        _ => 1,
    }
}

/// The paragraphs of lines.
pub(super) fn paragraphs<'a>(lines: &[Line<'a>]) -> Vec<Paragraph<'a>> {
    let layout = Layout::of(lines);
    let mut paragraphs: Vec<Paragraph<'a>> = Vec::new();
    let mut blank = 0;
    let mut previous: Option<Line<'a>> = None;
    for line in lines {
        if line.text.is_empty() {
            blank += 1;
            continue;
        }
        let goes_on = previous.is_some_and(|previous| layout.goes_on(previous, *line, blank));
        let is_rule = is_rule(line.text, '-') || is_rule(line.text, '=');
        let underlines = |paragraph: &&mut Paragraph<'_>| matches!(paragraph.lines.as_slice(), [title] if is_underline(title, line.text));
        let mut is_whole = is_rule;
        let last = paragraphs.last_mut().filter(|_| goes_on);
        match last.filter(|last| !is_rule || underlines(last)) {
            Some(paragraph) => {
                paragraph.lines.push(line.text);
                is_whole |= underlined(paragraph).is_some();
            }
            None => paragraphs.push(Paragraph {
                lines: vec![line.text],
                indent: line.indent.saturating_sub(layout.margin),
                outdent: layout.margin.saturating_sub(line.indent),
                blank_before: blank,
                verse: false,
            }),
        }
        blank = 0;
        previous = (!is_whole).then_some(*line);
    }
    for paragraph in &mut paragraphs {
        paragraph.verse = layout.is_verse(paragraph);
    }
    paragraphs
}

impl Layout {
    fn of(lines: &[Line<'_>]) -> Self {
        let full: Vec<&Line<'_>> = lines.iter().filter(|line| !line.text.is_empty()).collect();
        let full_width = full_width(lines);
        let single = lines
            .windows(3)
            .filter(|three| {
                !three[0].text.is_empty() && three[1].text.is_empty() && !three[2].text.is_empty()
            })
            .count();
        let near_full = full
            .iter()
            .filter(|line| width(line.text) * 10 >= full_width * 9)
            .count();
        let blank = lines.len() - full.len();
        let double_spaced = full.len() > 40
            && single * 10 > full.len() * 7
            && near_full * 10 > full.len() * 4
            && full_width < 100;
        Self {
            width: full_width,
            margin: margin(lines, full_width),
            unwrapped: full_width > 160,
            double_spaced,
            indented: blank * 12 < full.len(),
        }
    }

    /// Whether `line` continues the paragraph of `previous`, with blank lines between them.
    fn goes_on(&self, previous: Line<'_>, line: Line<'_>, blank: usize) -> bool {
        if self.unwrapped {
            return false;
        }
        let most = usize::from(self.double_spaced);
        if blank > most || line.indent + 2 <= previous.indent.min(self.margin) {
            return false;
        }
        let full = (width(previous.text) + previous.indent + 8) >= self.width + self.margin;
        if self.double_spaced {
            return full && line.indent <= previous.indent + 1;
        }
        let more = line.indent > previous.indent && previous.indent <= self.margin;
        let ended = previous
            .text
            .ends_with(|c: char| !c.is_alphanumeric() && !matches!(c, ',' | '-' | '，' | '、'));
        !(more
            && (self.indented || ended && line.indent - previous.indent >= 2)
            && line.indent <= 12)
    }

    /// Several lines of which all but the last are far from full.
    fn is_verse(&self, paragraph: &Paragraph<'_>) -> bool {
        let count = paragraph.lines.len();
        if count < 2 || self.double_spaced || self.unwrapped {
            return false;
        }
        let reach = if paragraph.indent >= 2 { 85 } else { 66 };
        let widest = paragraph.lines[..count - 1]
            .iter()
            .map(|line| width(line))
            .max()
            .unwrap_or(0);
        (widest + paragraph.indent) * 100 <= self.width * reach
    }
}

/// The least indentation that is common among the lines that go on from a full one; where no
/// lines are next to each other, among all wide ones.
fn margin(lines: &[Line<'_>], full_width: usize) -> usize {
    let is_wide = |line: &Line<'_>, percent: usize| {
        !line.text.is_empty() && width(line.text) * 100 > full_width * percent
    };
    let least_common = |counted: &mut dyn Iterator<Item = &Line<'_>>| {
        let mut indents = [0_usize; 9];
        for line in counted {
            indents[line.indent.min(8)] += 1;
        }
        let all: usize = indents.iter().sum();
        (all > 0).then(|| {
            indents
                .iter()
                .position(|count| *count * 5 > all)
                .unwrap_or(0)
        })
    };
    let further = lines
        .windows(2)
        .filter(|two| is_wide(&two[0], 85) && !two[1].text.is_empty())
        .map(|two| &two[1]);
    let wide = lines.iter().filter(|line| is_wide(line, 50));
    least_common(&mut further.into_iter())
        .or_else(|| least_common(&mut wide.into_iter()))
        .unwrap_or(0)
}

/// Columns of a full line: a tenth of all lines is longer.
pub(super) fn full_width(lines: &[Line<'_>]) -> usize {
    let full = lines.iter().filter(|line| !line.text.is_empty());
    let mut widths: Vec<usize> = full.map(|line| width(line.text)).collect();
    widths.sort_unstable();
    widths.get(widths.len() * 90 / 100).copied().unwrap_or(0)
}

/// The level of a heading whose second line is a rule: `=` makes the first, `-` the second.
pub(super) fn underlined(paragraph: &Paragraph<'_>) -> Option<u8> {
    let [title, rule] = paragraph.lines.as_slice() else {
        return None;
    };
    let level = if is_rule(rule, '=') { 1 } else { 2 };
    is_underline(title, rule).then_some(level)
}

fn is_rule(text: &str, sign: char) -> bool {
    text.len() >= 3 && text.chars().all(|c| c == sign)
}

/// Whether a rule is about as wide as the title above it.
fn is_underline(title: &str, rule: &str) -> bool {
    let (columns, rule_columns) = (width(title), rule.len());
    (is_rule(rule, '-') || is_rule(rule, '='))
        && columns <= LONGEST_UNDERLINED
        && (rule_columns + SHORTER >= columns || rule_columns >= columns / 2)
}

/// Columns of a text: an ideograph takes two. Long lines are not counted to their end.
pub(super) fn width(text: &str) -> usize {
    text.chars()
        .take(400)
        .map(|c| if is_ideographic(c) { 2 } else { 1 })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(Vec<&str>, bool)> {
        let lines = lines(text);
        paragraphs(&lines)
            .into_iter()
            .map(|paragraph| (paragraph.lines, paragraph.verse))
            .collect()
    }

    #[test]
    fn blank_lines_part_paragraphs() {
        let text = "A line of an ordinary width that goes\r\non in the next.\r\n\r\nAnother line of an ordinary width,\r\nand its end.\r\n";
        let found = split(text);
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0].0,
            ["A line of an ordinary width that goes", "on in the next."]
        );
    }

    #[test]
    fn indentation_parts_paragraphs_where_no_blank_lines_do() {
        let text = "   The first paragraph has a first line\nand then one that is not indented at\nall.\n   The second paragraph has one, too,\nand a second line.\n".repeat(5);
        let found = split(&text);
        assert_eq!(found.len(), 10);
        assert_eq!(found[0].0.len(), 3);
    }

    #[test]
    fn short_lines_are_verse() {
        let prose = "This is a line of prose that goes on up to the usual margin of a page\nand on, and on, and then it ends.\n\n";
        let text = format!(
            "{prose}{prose}  Tyger Tyger, burning bright,\n  In the forests of the night;\n"
        );
        let found = split(&text);
        assert!(!found[0].1);
        assert!(found[2].1);
    }

    #[test]
    fn long_lines_are_paragraphs() {
        let line = "A sentence that is repeated. ".repeat(20);
        assert_eq!(split(&format!("{line}\n{line}\n")).len(), 2);
    }

    #[test]
    fn a_short_rule_below_a_line_is_a_break() {
        let line = "He looked at the sea for a long time, and then he went home.";
        assert_eq!(split(&format!("{line}\n---\nRain fell.\n")).len(), 3);
        let long = "He looked at the sea. ".repeat(6);
        let rule = "-".repeat(130);
        assert_eq!(split(&format!("{long}\n{rule}\nRain fell.\n")).len(), 3);
        for heading in ["The end\n-----", "The end\n==========", "海边的雨\n----"] {
            let lines = lines(heading);
            let paragraphs = paragraphs(&lines);
            assert!(underlined(&paragraphs[0]).is_some(), "{heading}");
        }
    }
}
