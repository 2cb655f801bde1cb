//! What style sheets hide: rather a word too much than one that is lost. Only simple selectors can
//! hide (`.x`, `#x`, `p.x`), and only where no condition is set. A rule that may show an element by
//! its class or id, in `@media` or by where it stands (`.js .x`), always does; one that may show an
//! element by its name does where nothing narrower hides it. Notes and other parts that a book names
//! as such are never hidden: pages show them in windows.

use std::collections::{HashMap, HashSet};

use super::elements::{Words, is_for_screens, is_hidden, is_said_by_picture};
use super::reader::{Reader, State};
use crate::href;
use crate::markup::Tag;

/// Bytes of a sheet that are looked at.
const LONGEST: usize = 1 << 20;
/// Rules of a sheet that hide, or show; one with more hides nothing.
const MOST_RULES: usize = 1_000;
/// Sheets that a document links.
const MOST_LINKS: usize = 20;

/// The rules of style sheets that hide, or show what others hide.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    hides: HashMap<Selector, bool>,
    /// What is shown sometimes, or somewhere.
    may_show: HashSet<Selector>,
    /// Whether any of them hides.
    hides_any: bool,
    /// Whether rules are missing, which may show what others hide.
    too_many: bool,
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

    /// Adds the rules of a text. Those in blocks (`@media`) can only show.
    pub(super) fn add(&mut self, css: &str) {
        let css = without_comments(&css[..css.floor_char_boundary(css.len().min(LONGEST))]);
        let mut rest = css.as_str();
        let mut conditions = 0_usize;
        while let Some(at) = rest.find(['{', ';', '}']) {
            let prelude = rest[..at].trim();
            let sign = rest.as_bytes()[at];
            rest = &rest[at + 1..];
            match sign {
                b'{' if prelude.starts_with('@') && !is_elsewhere(prelude) => conditions += 1,
                b'{' => {
                    let end = block_end(rest);
                    if !prelude.starts_with('@')
                        && let Some(hides) = hides(&rest[..end])
                    {
                        self.add_rule(prelude, hides, conditions > 0);
                    }
                    rest = rest.get(end + 1..).unwrap_or_default();
                }
                b'}' => conditions = conditions.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Adds the rules of another sheet, which comes later.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.hides_any |= other.hides_any;
        self.too_many |= other.too_many;
        let rules = other.hides.iter();
        self.hides
            .extend(rules.map(|(selector, hides)| (selector.clone(), *hides)));
        self.may_show.extend(other.may_show.iter().cloned());
    }

    fn add_rule(&mut self, selectors: &str, hides: bool, conditional: bool) {
        for text in selectors.split(',') {
            let Some((selector, is_simple)) = Selector::parse(text) else {
                continue;
            };
            let is_sure = is_simple && !conditional;
            if hides && (!is_sure || selector.means_all()) {
                continue;
            }
            if self.hides.len().max(self.may_show.len()) >= MOST_RULES {
                self.too_many = true;
                return;
            }
            self.hides_any |= hides;
            if is_sure {
                self.hides.insert(selector, hides);
            } else {
                self.may_show.insert(selector);
            }
        }
    }

    /// Whether an element is hidden: the narrowest rules decide, and of equals one that shows it.
    pub(super) fn hides(&self, element: &str, id: Option<&str>, classes: &[String]) -> bool {
        if !self.hides_any || self.too_many {
            return false;
        }
        let id = id.map(str::to_ascii_lowercase).unwrap_or_default();
        let selector = |id: &str, class: &str, element: &str| {
            let [id, class, element] = [id, class, element].map(str::to_owned);
            Selector { id, class, element }
        };
        let may_show = |id: &str, class: &str| {
            let mut elements = [element, ""].into_iter();
            elements.any(|element| self.may_show.contains(&selector(id, class, element)))
        };
        if !id.is_empty() && may_show(&id, "") || classes.iter().any(|class| may_show("", class)) {
            return false;
        }
        let rule = |id: &str, class: &str, element: &str| {
            self.hides.get(&selector(id, class, element)).copied()
        };
        let by_class = |element: &str| {
            let found = classes.iter().filter_map(|class| rule("", class, element));
            found.reduce(|one, other| one && other)
        };
        let by_id = |element: &str| rule(&id, "", element).filter(|_| !id.is_empty());
        by_id(element)
            .or_else(|| by_id(""))
            .or_else(|| by_class(element))
            .or_else(|| by_class(""))
            .or_else(|| rule("", "", element).map(|hides| hides && !may_show("", "")))
            .unwrap_or(false)
    }
}

impl Reader<'_, '_> {
    /// Hides what is not read; style sheets hide nothing that is a part of its own.
    pub(super) fn hide(&self, state: &mut State, tag: &Tag, words: &Words, is_part: bool) {
        let spoken_by_attribute = tag.name() == "math" && tag.attribute("alttext").is_some();
        let is_hidden = is_hidden(tag)
            || spoken_by_attribute
            || self.context.alt_text && is_said_by_picture(tag);
        let shown = is_part || tag.attribute("id").is_some_and(|id| self.is_noted(id));
        if shown && state.by_sheet {
            state.hidden = false;
        }
        let by_sheet = !shown && words.are_hidden(tag, &self.sheet);
        state.by_sheet =
            !is_hidden && (by_sheet && !state.hidden || state.hidden && state.by_sheet);
        state.hidden |= is_hidden || by_sheet;
    }

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
        let (element, rest) = plain.split_at(plain.find(['.', '#']).unwrap_or(plain.len()));
        let names = rest.get(1..).unwrap_or_default();
        // Of several classes (`.x.y`) one stands for all.
        let name = names.split(['.', '#']).next()?;
        let is_simple = plain.len() == text.len() && name.len() == names.len();
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

/// Whether a block holds only where no book is read aloud from: on paper, and in old Kindle books,
/// which get what others have in another form.
fn is_elsewhere(prelude: &str) -> bool {
    let words: Vec<&str> = prelude.split_whitespace().collect();
    let prelude = words.join(" ").to_ascii_lowercase();
    matches!(prelude.as_str(), "@media print" | "@media amzn-mobi")
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
    use super::MOST_RULES;
    use super::Sheet;

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
            (".h{display:none} @media print{.h{display:block}}", "p.h"),
            (
                "@media screen{.a{display:block} @supports (x:y){p{color:red}}} .h{display:none}",
                "p.h",
            ),
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
            (".h{display:none} @media screen{.h{display:block}}", "p.h"),
            (
                "@supports (display:grid){@media screen{.h{display:grid}}} .h{display:none}",
                "p.h",
            ),
            ("@media screen and (x){.h{display:none}}", "p.h"),
            ("p.h{display:none} .h.k{display:block}", "p.h.k"),
            ("p.h{display:none} div .h{display:block}", "p.h"),
            ("p{display:none} @media screen{p{display:block}}", "p"),
            ("}}}{{{", "p"),
        ] {
            assert!(!is_hidden(css, element), "{css}");
        }
    }

    #[test]
    fn a_sheet_of_too_many_rules_hides_nothing() {
        let many: String = (0..MOST_RULES)
            .map(|i| format!(".a{i}{{display:none}}"))
            .collect();
        assert!(is_hidden(&many, "p.a1"));
        assert!(!is_hidden(&(many + ".a1{display:block}"), "p.a1"));
    }
}
