//! Large initials: a letter several lines high beside the text that goes on its word.

use super::join::Words;
use super::layout::{Line, Sheet};

/// Times the size of the text that an initial has.
const LARGER: f32 = 1.5;

/// The rest of an initial's word, taken from the line that it begins.
struct Rest {
    sheet: usize,
    line: usize,
    initial: String,
    word: String,
}

/// Gives each initial to the line beside it.
pub(super) fn join(sheets: &mut [Sheet]) {
    let mut rests: Vec<Rest> = Vec::new();
    for (number, sheet) in sheets.iter_mut().enumerate() {
        let mut at = 0;
        while at < sheet.lines.len() {
            match beside(sheet, at) {
                Some(line) => {
                    let rest = take(sheet, number, at, line);
                    // A line less is in front of those that follow.
                    let moved = |earlier: &&mut Rest| earlier.sheet == number && earlier.line > at;
                    for earlier in rests.iter_mut().filter(moved) {
                        earlier.line -= 1;
                    }
                    rests.push(rest);
                }
                None => at += 1,
            }
        }
    }
    // The book's words without what is left of these.
    let words = if rests.is_empty() {
        Words::default()
    } else {
        Words::of(sheets)
    };
    for rest in rests {
        let gap = if is_word(&rest, &words) { " " } else { "" };
        let begin = [&rest.initial, gap, &rest.word].concat();
        if let Some(line) = sheets[rest.sheet].lines.get_mut(rest.line) {
            line.text.insert_str(0, &begin);
        }
    }
}

/// A capital letter alone, perhaps after a quotation mark.
pub(super) fn is_initial(text: &str) -> bool {
    let mut letters = text
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .chars();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
}

/// Whether a line is an initial large enough for one beside it.
pub(super) fn begins(initial: &Line, line: &Line) -> bool {
    initial.size > line.size * LARGER && is_initial(&initial.text)
}

/// The first line of the text that the initial at `at` begins.
fn beside(sheet: &Sheet, at: usize) -> Option<usize> {
    let initial = &sheet.lines[at];
    let is_begun = |line: &Line| {
        let middle = (line.top + line.bottom) / 2.0;
        begins(initial, line)
            && is_right_of(initial, line)
            && middle > initial.top
            && middle < initial.bottom
            && line.text.starts_with(char::is_alphabetic)
    };
    (0..sheet.lines.len())
        .filter(|index| is_begun(&sheet.lines[*index]))
        .min_by(|a, b| sheet.lines[*a].top.total_cmp(&sheet.lines[*b].top))
}

fn is_right_of(initial: &Line, line: &Line) -> bool {
    let gap = line.left - initial.right;
    gap > -line.size && gap < line.size * 1.5
}

/// Takes the initial out, and the first word of its line. The lines beside it begin where it did.
fn take(sheet: &mut Sheet, number: usize, at: usize, first: usize) -> Rest {
    let top = sheet.lines[first].top;
    let initial = sheet.lines.remove(at);
    for line in &mut sheet.lines {
        if is_right_of(&initial, line) && line.top >= top && line.top < initial.bottom {
            line.left = initial.left;
        }
    }
    let line = first - usize::from(first > at);
    let text = &mut sheet.lines[line].text;
    let end = text.find(' ').unwrap_or(text.len());
    let rest = text.split_off(end);
    Rest {
        sheet: number,
        line,
        initial: initial.text,
        word: std::mem::replace(text, rest),
    }
}

/// Whether an initial is a word itself: `A` before `boy`.
fn is_word(rest: &Rest, words: &Words) -> bool {
    let whole = format!("{}{}", rest.initial, rest.word);
    let may_be_one = rest.initial.ends_with(['A', 'I']) || words.have(&rest.initial);
    may_be_one && !words.have(&whole) && words.have(&rest.word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(left: f32, top: f32, size: f32, text: &str) -> Line {
        Line {
            left,
            top,
            right: left + size,
            bottom: top + size,
            size,
            text: text.to_owned(),
            ..Line::default()
        }
    }

    #[test]
    fn two_initials_of_a_page_each_begin_their_word() {
        let lines = vec![
            line(62.0, 500.0, 10.0, "he end was near."),
            line(62.0, 100.0, 10.0, "nce there was a king."),
            line(30.0, 95.0, 30.0, "O"),
            line(50.0, 140.0, 10.0, "He had a dog."),
            line(30.0, 495.0, 30.0, "T"),
        ];
        for swaps in [[0, 0], [0, 4], [1, 2], [0, 2], [1, 4]] {
            let mut lines = lines.clone();
            lines.swap(swaps[0], swaps[1]);
            let mut sheets = vec![Sheet {
                width: 400.0,
                height: 600.0,
                lines,
            }];
            join(&mut sheets);
            let texts = sheets[0].lines.iter().map(|line| line.text.as_str());
            let mut texts: Vec<&str> = texts.collect();
            texts.sort_unstable();
            let expected = [
                "He had a dog.",
                "Once there was a king.",
                "The end was near.",
            ];
            assert_eq!(texts, expected, "{swaps:?}");
        }
    }
}
