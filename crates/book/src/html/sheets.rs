//! What style sheets hide. Only simple selectors can hide (`.x`, `#x`, `p.x`), and whatever may show
//! an element again does: rather a word too much than one that is lost.

use std::collections::HashMap;

use super::elements::is_for_screens;
use super::reader::Reader;
use crate::href;
use crate::markup::Tag;

/// Bytes of a sheet that are looked at.
const LONGEST: usize = 1 << 20;
/// Rules of a sheet that hide or show.
const MOST_RULES: usize = 1_000;
/// Sheets that a document links.
const MOST_LINKS: usize = 20;

/// The rules of style sheets that hide, or show what others hide.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    hides: HashMap<Selector, bool>,
    /// Whether any of them hides.
    hides_any: bool,
}

/// `element.class` or `element#id`; what is empty means any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Selector {
    id: String,
    class: String,
    element: String,
}

impl Sheet {
    pub(crate) fn parse(css: &str) -> Self {
        let mut sheet = Self::default();
        sheet.add(css);
        sheet
    }

    /// Adds the rules of a text. Those in blocks (`@media print`) count only there.
    pub(super) fn add(&mut self, css: &str) {
        let css = without_comments(&css[..css.floor_char_boundary(css.len().min(LONGEST))]);
        let mut rest = css.as_str();
        while let Some(at) = rest.find(['{', ';', '}']) {
            let prelude = rest[..at].trim();
            let is_block = rest[at..].starts_with('{');
            rest = &rest[at + 1..];
            if !is_block {
                continue;
            }
            let end = block_end(rest);
            if !prelude.starts_with('@')
                && let Some(hides) = hides(&rest[..end])
            {
                self.add_rule(prelude, hides);
            }
            rest = rest.get(end + 1..).unwrap_or_default();
        }
    }

    /// Adds the rules of another sheet, which comes later.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.hides_any |= other.hides_any;
        let rules = other.hides.iter();
        self.hides
            .extend(rules.map(|(selector, hides)| (selector.clone(), *hides)));
    }

    fn add_rule(&mut self, selectors: &str, hides: bool) {
        for text in selectors.split(',') {
            if let Some((selector, is_simple)) = Selector::parse(text)
                && (is_simple || !hides)
                && !(hides && selector.means_all())
                && self.hides.len() < MOST_RULES
            {
                self.hides_any |= hides;
                self.hides.insert(selector, hides);
            }
        }
    }

    /// Whether an element is hidden: the narrowest rules decide, and of equals one that shows it.
    pub(super) fn hides(&self, element: &str, id: Option<&str>, classes: &[String]) -> bool {
        if !self.hides_any {
            return false;
        }
        let rule = |id: &str, class: &str, element: &str| {
            let [id, class, element] = [id, class, element].map(str::to_owned);
            self.hides.get(&Selector { id, class, element }).copied()
        };
        let by_class = |element: &str| {
            let found = classes.iter().filter_map(|class| rule("", class, element));
            found.reduce(|one, other| one && other)
        };
        let id = id.map(str::to_ascii_lowercase).unwrap_or_default();
        let by_id = |element: &str| rule(&id, "", element).filter(|_| !id.is_empty());
        by_id(element)
            .or_else(|| by_id(""))
            .or_else(|| by_class(element))
            .or_else(|| by_class(""))
            .or_else(|| rule("", "", element))
            .unwrap_or(false)
    }
}

impl Reader<'_, '_> {
    /// A style sheet of the book is linked.
    pub(super) fn link_sheet(&mut self, tag: &Tag) {
        let is_sheet = tag
            .attribute("rel")
            .is_some_and(|rel| rel.eq_ignore_ascii_case("stylesheet"));
        if is_sheet
            && is_for_screens(tag)
            && self.sheet_links < MOST_LINKS
            && let Some(href) = tag.attribute("href")
            && let Some((path, _)) = href::resolve(self.context.path, href)
            && let Some(sheet) = self.context.sheets.get(&path)
        {
            self.sheet_links += 1;
            self.sheet.add_all(sheet);
        }
    }
}

impl Selector {
    /// The last part of a selector, which is about the element itself, and whether there is no other.
    fn parse(text: &str) -> Option<(Self, bool)> {
        let text = text.trim().to_ascii_lowercase();
        let last = text.rsplit([' ', '>', '+', '~', '\n', '\t', '\r']).next()?;
        let plain = last.split([':', '[']).next()?;
        let is_simple = plain.len() == text.len();
        let (element, rest) = plain.split_at(plain.find(['.', '#']).unwrap_or(plain.len()));
        let name = rest.get(1..).unwrap_or_default();
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let element = element.trim_start_matches('*');
        if !element.chars().all(is_name) || !name.chars().all(is_name) {
            return None;
        }
        let mut selector = Self {
            element: element.to_owned(),
            ..Self::default()
        };
        match rest.chars().next() {
            Some(_) if name.is_empty() => return None,
            Some('#') => name.clone_into(&mut selector.id),
            Some(_) => name.clone_into(&mut selector.class),
            None => {}
        }
        Some((selector, is_simple))
    }

    /// Whether it means the whole text: a program shows it later.
    fn means_all(&self) -> bool {
        matches!(self.element.as_str(), "" | "html" | "body")
            && self.id.is_empty()
            && self.class.is_empty()
    }
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        out.push(' ');
        let comment = &rest[start + 2..];
        rest = comment.find("*/").map_or("", |end| &comment[end + 2..]);
    }
    out.push_str(rest);
    out.replace("<!--", " ").replace("-->", " ")
}

/// Where a block ends, with the blocks in it.
fn block_end(text: &str) -> usize {
    let mut depth = 0;
    let end = text.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return true,
            b'}' => depth -= 1,
            _ => {}
        }
        false
    });
    end.unwrap_or(text.len())
}

/// Whether declarations hide an element; `None` where they say nothing about it.
fn hides(declarations: &str) -> Option<bool> {
    let mut found = None;
    for declaration in declarations.split(';') {
        let Some((property, value)) = declaration.split_once(':') else {
            continue;
        };
        let value = value.split(['!', ' ']).find(|word| !word.trim().is_empty());
        let value = value.unwrap_or_default().trim().to_ascii_lowercase();
        found = match property.trim().to_ascii_lowercase().as_str() {
            "display" => Some(value == "none"),
            "visibility" => Some(value == "hidden"),
            _ => found,
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_hidden(css: &str, element: &str) -> bool {
        let mut parts = element.split(['.', '#']);
        let name = parts.next().unwrap_or_default();
        let rest: Vec<String> = parts.map(str::to_owned).collect();
        let id = element.contains('#').then(|| rest[0].clone());
        let classes = if id.is_some() { Vec::new() } else { rest };
        Sheet::parse(css).hides(name, id.as_deref(), &classes)
    }

    #[test]
    fn simple_selectors_hide() {
        for (css, element) in [
            (".h{display:none}", "p.h"),
            (
                "p.h , .x { color: red; display : none !important }",
                "p.a.h",
            ),
            ("#x{visibility:hidden}", "div#x"),
            ("aside{display:none}", "aside"),
            (
                "/* } */ @import 'a.css'; @media print{.a{color:red}} .h{display:none}",
                "p.h",
            ),
            (".h{display:block} .h{display:none}", "p.h"),
        ] {
            assert!(is_hidden(css, element), "{css}");
        }
    }

    #[test]
    fn what_may_be_shown_is_shown() {
        for (css, element) in [
            ("@media print{.h{display:none}}", "p.h"),
            ("@media amzn-mobi{ .a{color:red} .h{display:none}", "p.h"),
            ("body{display:none} *{visibility:hidden}", "body"),
            (".js .h{display:none} .h:hover{display:none}", "p.h"),
            (".h{display:none} .js .h{display:block}", "p.h"),
            (".h{display:none} p.h{display:block}", "p.h"),
            (".h{display:none} .s{display:inline}", "p.h.s"),
            (".h{color:red} /* .h{display:none}", "p.h"),
            ("}}}{{{", "p"),
        ] {
            assert!(!is_hidden(css, element), "{css}");
        }
    }
}
