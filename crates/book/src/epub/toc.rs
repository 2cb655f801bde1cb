//! Tables of contents: the EPUB 3 navigation document, and the NCX of EPUB 2.

use crate::href;
use crate::markup::{self, Syntax, Tag, Visitor};

/// Entries of a table; the largest real one has 3,000.
const MAX_ENTRIES: usize = 10_000;
/// Levels of a table; deeper entries hang on the last one.
const MAX_DEPTH: usize = 16;
/// Bytes of a label that are kept.
const MAX_LABEL: usize = 2_000;

/// An entry as the file has it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RawEntry {
    pub(super) label: String,
    /// Path and fragment.
    pub(super) target: Option<(String, Option<String>)>,
    pub(super) children: Vec<RawEntry>,
}

/// Reads the `toc` of a navigation document at `path`.
pub(super) fn parse_nav(text: &str, path: &str) -> Vec<RawEntry> {
    let mut nav = Nav {
        builder: Builder::new(path),
        ..Nav::default()
    };
    markup::visit(text, Syntax::Html, &mut nav);
    nav.builder.finish()
}

/// Reads an NCX at `path`.
pub(super) fn parse_ncx(text: &str, path: &str) -> Vec<RawEntry> {
    let mut ncx = Ncx {
        builder: Builder::new(path),
        in_map: false,
        in_text: false,
    };
    markup::visit(text, Syntax::Xml, &mut ncx);
    ncx.builder.finish()
}

/// The tree in the making: the entries that are open, outermost first.
#[derive(Default)]
struct Builder {
    path: String,
    roots: Vec<RawEntry>,
    open: Vec<RawEntry>,
    count: usize,
    /// Open entries that are not kept: too many or too deep.
    skipped: usize,
}

impl Builder {
    fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..Self::default()
        }
    }

    fn start(&mut self) {
        if self.open.len() >= MAX_DEPTH || self.count >= MAX_ENTRIES || self.skipped > 0 {
            self.skipped += 1;
        } else {
            self.count += 1;
            self.open.push(RawEntry::default());
        }
    }

    fn end(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(mut entry) = self.open.pop() else {
            return;
        };
        entry.label = entry.label.split_whitespace().collect::<Vec<_>>().join(" ");
        let list = self
            .open
            .last_mut()
            .map_or(&mut self.roots, |parent| &mut parent.children);
        if entry.target.is_some() || !entry.children.is_empty() {
            list.push(entry);
        }
    }

    fn current(&mut self) -> Option<&mut RawEntry> {
        self.open.last_mut().filter(|_| self.skipped == 0)
    }

    fn target(&mut self, href: &str) {
        let target = href::resolve(&self.path, href);
        if let Some(entry) = self.current() {
            entry.target = entry.target.take().or(target);
        }
    }

    fn label(&mut self, text: &str) {
        if let Some(entry) = self.current()
            && entry.label.len() < MAX_LABEL
        {
            entry.label.push_str(text);
        }
    }

    fn finish(mut self) -> Vec<RawEntry> {
        self.skipped = 0;
        while !self.open.is_empty() {
            self.end();
        }
        self.roots
    }
}

#[derive(Default)]
struct Nav {
    builder: Builder,
    in_toc: bool,
    /// Whether a table was read: the first one counts.
    done: bool,
    /// Open elements whose text belongs to a label.
    in_label: usize,
}

impl Visitor for Nav {
    fn start(&mut self, tag: &Tag) {
        match tag.local_name() {
            "nav" => {
                let kind = tag.attribute("epub:type").or_else(|| tag.attribute("role"));
                self.in_toc = !self.done
                    && kind.is_none_or(|kind| {
                        kind.split_whitespace()
                            .any(|word| matches!(word, "toc" | "doc-toc"))
                    });
            }
            "li" if self.in_toc => self.builder.start(),
            "a" | "span" if self.in_toc && !tag.is_empty() => {
                self.in_label += 1;
                if let Some(href) = tag.attribute("href") {
                    self.builder.target(href);
                }
            }
            "img" if self.in_label > 0 => {
                self.builder.label(tag.attribute("alt").unwrap_or_default())
            }
            "br" if self.in_label > 0 => self.builder.label(" "),
            "ol" | "ul" => self.in_label = 0,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match markup::local(name) {
            "nav" if self.in_toc => {
                self.in_toc = false;
                self.done = self.builder.count > 0;
            }
            "li" if self.in_toc => {
                self.in_label = 0;
                self.builder.end();
            }
            "a" | "span" => self.in_label = self.in_label.saturating_sub(1),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_toc && self.in_label > 0 {
            self.builder.label(text);
        }
    }
}

struct Ncx {
    builder: Builder,
    in_map: bool,
    in_text: bool,
}

impl Visitor for Ncx {
    fn start(&mut self, tag: &Tag) {
        match tag.local_name() {
            "navmap" => self.in_map = true,
            "navpoint" if self.in_map => self.builder.start(),
            "text" => self.in_text = self.in_map && !tag.is_empty(),
            "content" => {
                if let Some(source) = tag.local_attribute("src") {
                    self.builder.target(source);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match markup::local(name) {
            "navmap" => self.in_map = false,
            "navpoint" if self.in_map => self.builder.end(),
            "text" => self.in_text = false,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text {
            self.builder.label(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(entries: &[RawEntry]) -> String {
        let one = |entry: &RawEntry| {
            let target = entry
                .target
                .as_ref()
                .map_or(String::new(), |(path, fragment)| {
                    format!(
                        "={path}{}",
                        fragment.as_ref().map_or(String::new(), |f| format!("#{f}"))
                    )
                });
            let children = if entry.children.is_empty() {
                String::new()
            } else {
                format!("({})", outline(&entry.children))
            };
            format!("{}{target}{children}", entry.label)
        };
        entries.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn nav_with_headings_without_links_and_other_lists() {
        let nav = "<nav epub:type='landmarks'><ol><li><a href='x'>X</a></li></ol></nav>\
            <nav epub:type='toc'><h1>Contents</h1><ol><li><span>Part\n <i>One</i></span><ol>\
            <li><a href='t/1.xhtml'>1 <span>First</span></a></li><li><a href='t/1.xhtml#b'>2</a></ol></li>\
            <li><a href='https://example.org'>Out</a></li></ol></nav>\
            <nav epub:type='toc'><ol><li><a href='y'>Y</a></li></ol></nav>";
        assert_eq!(
            outline(&parse_nav(nav, "nav.xhtml")),
            "Part One(1 First=t/1.xhtml, 2=t/1.xhtml#b)"
        );
    }

    #[test]
    fn ncx_in_order_of_the_file() {
        let ncx = "<ncx><docTitle><text>Book</text></docTitle><navMap>\
            <navPoint playOrder='2'><navLabel><text>A &amp; B</text></navLabel><content src='a.html#x'/>\
            <navPoint><navLabel><text>C</text></navLabel><content src='c.html'/></navPoint></navPoint></navMap>\
            <pageList><navPoint><navLabel><text>7</text></navLabel><content src='p'/></navPoint></pageList></ncx>";
        assert_eq!(
            outline(&parse_ncx(ncx, "toc.ncx")),
            "A & B=a.html#x(C=c.html)"
        );
    }

    #[test]
    fn endless_tables_are_cut() {
        let deep =
            "<navPoint><navLabel><text>x</text></navLabel><content src='a'/>".repeat(100_000);
        let mut entries = &parse_ncx(&format!("<navMap>{deep}"), "t.ncx")[..];
        let mut depth = 0;
        while let Some(first) = entries.first() {
            entries = &first.children;
            depth += 1;
        }
        assert_eq!(depth, MAX_DEPTH);
    }
}
