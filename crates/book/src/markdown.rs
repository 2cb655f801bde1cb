//! Markdown: to HTML, and then the way of every HTML file.
//!
//! Front matter (YAML or a Pandoc title block) gives the metadata.

mod marks;
mod raised;

use std::collections::HashSet;

use audiotome_core::{Book, Language};
use pulldown_cmark::{BrokenLink, Event, Options, Parser, TextMergeStream, html};

use crate::{BookError, ReadOptions, encoding};
use marks::ChapterMarks;
use raised::Carets;

/// What ends a line or can be markup inside of one.
const MARKS: &[u8] = b"\n*_[]`<>&\\~|$^!#";
/// As many of them as a text can have; long books have 200,000.
const MOST_MARKS: usize = 2_000_000;
/// Fields that front matter is known by.
const FIELDS: [&str; 20] = [
    "abstract",
    "aliases",
    "author",
    "authors",
    "creator",
    "date",
    "description",
    "isbn",
    "keywords",
    "lang",
    "language",
    "layout",
    "publisher",
    "rights",
    "series",
    "subject",
    "subtitle",
    "tags",
    "title",
    "toc",
];
/// Lines that front matter can have.
const FRONT_MATTER: usize = 500;

/// Reads a book that is a Markdown file; `name` is the file's name.
///
/// # Errors
/// [`BookError::NoText`], [`BookError::TooLarge`].
pub(crate) fn read(bytes: &[u8], name: &str, options: &ReadOptions) -> Result<Book, BookError> {
    // The parser keeps a node for each of them.
    let marks = bytes.iter().filter(|byte| MARKS.contains(byte)).count();
    if marks > MOST_MARKS {
        return Err(BookError::TooLarge {
            name: name.to_owned(),
            what: format!("it has over {MOST_MARKS} lines and Markdown characters"),
        });
    }
    let text = encoding::decode(bytes, None).replace("\r\n", "\n");
    let text = text.trim_start_matches('\u{FEFF}');
    let (front, body) = front_matter(text);
    let mut marks = ChapterMarks::of(body);
    let page = format!(
        "<!DOCTYPE html><html{}><head>{}</head><body>{}</body></html>",
        front.language(),
        front.head(),
        to_html(body, &mut marks)
    );
    crate::html::book(&page, marks.toc(), name, options)
}

/// What is said in front of the text.
#[derive(Debug, Default, PartialEq, Eq)]
struct Front {
    fields: Vec<(String, String)>,
}

impl Front {
    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The `lang` attribute of the page.
    fn language(&self) -> String {
        let tag = ["lang", "language"]
            .iter()
            .find_map(|name| self.values(name).next());
        let language = tag
            .map(Language::new)
            .filter(|language| !language.is_undetermined());
        language
            .map(|language| format!(" lang=\"{language}\""))
            .unwrap_or_default()
    }

    /// Title and so on as elements of the page's head.
    fn head(&self) -> String {
        let mut head = String::new();
        if let Some(title) = self.values("title").next() {
            head.push_str(&format!("<title>{}</title>", escape(&smart(title))));
        }
        for (field, name) in [
            ("author", "author"),
            ("authors", "author"),
            ("date", "date"),
            ("publisher", "dc.publisher"),
            ("description", "description"),
            ("abstract", "description"),
            ("subject", "dc.subject"),
            ("keywords", "dc.subject"),
        ] {
            for value in self.values(field) {
                head.push_str(&format!(
                    "<meta name=\"{name}\" content=\"{}\">",
                    escape(value)
                ));
            }
        }
        head
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Apostrophes as typesetters write them, as the text itself gets them.
fn smart(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let letter = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(|c| c.is_alphanumeric())
    };
    let inside = |at: usize| chars[at] == '\'' && letter(at.checked_sub(1));
    (0..chars.len())
        .map(|at| if inside(at) { '’' } else { chars[at] })
        .collect()
}

/// Front matter and what follows it.
fn front_matter(text: &str) -> (Front, &str) {
    if let Some((first, rest)) = text.split_once('\n')
        && first.trim_end() == "---"
    {
        let mut at = 0;
        for line in rest.split_inclusive('\n').take(FRONT_MATTER) {
            if matches!(line.trim_end(), "---" | "...") {
                if is_yaml(&rest[..at]) {
                    return (yaml(&rest[..at]), &rest[at + line.len()..]);
                }
                break;
            }
            at += line.len();
        }
    }
    title_block(text)
}

/// Whether this is front matter, and not the text of a book between two rules: nothing but fields, of which one at
/// least is known.
fn is_yaml(text: &str) -> bool {
    let lines = || text.lines().map(str::trim_end);
    let name = |line: &str| field(line).map(|(name, _)| name);
    let is_name = |name: String| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && (name.chars()).all(|c| c.is_alphanumeric() || "-_. \"'".contains(c))
    };
    let is_more = |line: &str| line.is_empty() || line.starts_with([' ', '\t', '-', '#', ']', '}']);
    lines().all(|line| is_more(line) || name(line).is_some_and(is_name))
        && lines().any(|line| name(line).is_some_and(|name| FIELDS.contains(&name.as_str())))
}

/// Name and value of `name: value`, the name in small letters and without quotation marks.
fn field(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim().trim_matches(['"', '\'']);
    Some((name.to_lowercase(), value))
}

/// `% title`, `% authors`, `% date`.
fn title_block(text: &str) -> (Front, &str) {
    let mut front = Front::default();
    let mut rest = text;
    for name in ["title", "author", "date"] {
        let Some(line) = rest.strip_prefix("% ") else {
            break;
        };
        let (line, after) = line.split_once('\n').unwrap_or((line, ""));
        let values = line
            .split(';')
            .filter(|_| name == "author")
            .chain([line].into_iter().filter(|_| name != "author"));
        front
            .fields
            .extend(values.map(|value| (name.to_owned(), value.trim().to_owned())));
        rest = after;
    }
    (front, rest)
}

/// The part of YAML that front matter is written in: `key: value`, lists in either form, folded
/// text, and `- name: value` in a list of authors.
fn yaml(text: &str) -> Front {
    let mut front = Front::default();
    let mut key = String::new();
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let nested = line.starts_with([' ', '\t', '-']);
        match field(content).filter(|_| !nested) {
            Some((name, value)) => {
                key = name;
                add_values(&mut front, &key, value.trim());
            }
            None => add_nested(&mut front, &key, content),
        }
    }
    front
}

fn add_values(front: &mut Front, key: &str, value: &str) {
    match value
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'))
    {
        Some(list) => {
            for item in list.split(',') {
                add(front, key, item);
            }
        }
        None if matches!(value, "" | "|" | ">" | "|-" | ">-") => {}
        None => add(front, key, value),
    }
}

/// An item of a list, or a line of folded text.
fn add_nested(front: &mut Front, key: &str, content: &str) {
    let item = content.strip_prefix('-').map(str::trim);
    let value = item.unwrap_or(content);
    let value = ["name:", "text:", "literal:"]
        .iter()
        .find_map(|field| value.strip_prefix(field))
        .unwrap_or(value);
    let open = front
        .fields
        .last_mut()
        .filter(|(known, _)| known == key && item.is_none());
    match open {
        // Further fields of an author (`affiliation: …`) are no part of the name.
        Some(_) if matches!(key, "author" | "authors") => {}
        Some((_, known)) => {
            known.push(' ');
            known.push_str(value);
        }
        None => add(front, key, value),
    }
}

fn add(front: &mut Front, key: &str, value: &str) {
    let value = unquoted(value.trim());
    let value = value.trim();
    if !value.is_empty() {
        front.fields.push((key.to_owned(), value.to_owned()));
    }
}

/// A value without its quotation marks, and what is escaped between them as it is meant.
fn unquoted(value: &str) -> String {
    let within = |mark: char| value.strip_prefix(mark)?.strip_suffix(mark);
    match (within('"'), within('\'')) {
        (Some(text), _) => text.replace("\\\"", "\"").replace("\\\\", "\\"),
        (_, Some(text)) => text.replace("''", "'"),
        _ => value.trim_matches(['"', '\'']).to_owned(),
    }
}

/// The text as HTML, without the attributes that Pandoc writes in braces.
fn to_html(text: &str, marks: &mut ChapterMarks) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_SUPERSCRIPT
        | Options::ENABLE_SUBSCRIPT;
    let headings = headings(text);
    // Pandoc's way to link to a heading: its text in brackets.
    let to_heading = |link: BrokenLink<'_>| {
        headings
            .contains(&heading_name(&link.reference))
            .then(|| ("#heading".into(), "".into()))
    };
    let parser = Parser::new_with_broken_link_callback(text, options, Some(to_heading));
    let events = parser.filter(|event| !matches!(event, Event::TaskListMarker(_)));
    let mut carets = Carets::default();
    let events = TextMergeStream::new(events).flat_map(|event| carets.follow(event));
    let mut page = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut page, events.flat_map(|event| marks.follow(event)));
    page
}

/// The text of each heading, as links name it.
fn headings(text: &str) -> HashSet<String> {
    text.lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| line.split(" {").next().unwrap_or(line))
        .map(heading_name)
        .filter(|name| !name.is_empty())
        .collect()
}

fn heading_name(text: &str) -> String {
    let text = text
        .trim_matches(|c: char| c == '#' || c.is_whitespace())
        .to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(text: &str) -> Vec<(String, String)> {
        front_matter(text).0.fields
    }

    fn field(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn yaml_front_matter_is_understood() {
        let text = "---\ntitle: \"A: B\"\nauthor:\n  - Jane Doe\n  - name: John Roe\n    affiliation: X\nlang: en-GB\nkeywords: [a, 'b']\nabstract: |\n  One\n  two.\n---\nText";
        assert_eq!(
            front(text),
            [
                field("title", "A: B"),
                field("author", "Jane Doe"),
                field("author", "John Roe"),
                field("lang", "en-GB"),
                field("keywords", "a"),
                field("keywords", "b"),
                field("abstract", "One two."),
            ]
        );
        assert_eq!(front_matter(text).1, "Text");
    }

    #[test]
    fn title_blocks_and_texts_without_either() {
        assert_eq!(
            front("% T\n% A; B\n% 1999\n\nx"),
            [
                field("title", "T"),
                field("author", "A"),
                field("author", "B"),
                field("date", "1999")
            ]
        );
        assert_eq!(front_matter("--- no front matter").1, "--- no front matter");
        assert_eq!(front_matter("---\nnever closed").1, "---\nnever closed");
    }

    #[test]
    fn text_between_two_rules_is_text() {
        for text in [
            "---\n\nIt began.\n\n---\n\nMore.",
            "---\nIt began.\n---\nMore.",
            "---\nHe said: go.\n---\nMore.",
            "---\ntitle: It began\nand went on.\n---\nMore.",
            "---\n---\nMore.",
            "---\n\nNote: this.\nAnd: that.\n---\nMore.",
        ] {
            assert_eq!(front_matter(text).1, text);
        }
        for more in [
            "date created: 2020-01-01",
            "dc:creator: X",
            "\"a b\": c",
            "",
            "x: http://y",
        ] {
            let text = format!("---\n{more}\ntitle: T\n---\nText");
            assert_eq!(front_matter(&text).1, "Text", "{more}");
        }
        assert_eq!(front("---\n\"title\": T\n---\nText"), [field("title", "T")]);
        assert_eq!(
            front("--- \ntitle: \"A \\\"B\\\"\"\nauthor: 'It''s me'\n---\t\nText"),
            [field("title", "A \"B\""), field("author", "It's me")]
        );
    }

    #[test]
    fn what_is_indented_or_fenced_is_there() {
        let page = to_html(
            "Use `x`.\n\n```\nfenced\n```\n\n    indented\n\nEnd.",
            &mut ChapterMarks::default(),
        );
        for text in ["x", "fenced", "indented", "End"] {
            assert!(page.contains(text), "{page}");
        }
    }
}
