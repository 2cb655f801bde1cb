//! What elements, types and classes mean.

use audiotome_core::LeftOutKind;

use super::sheets::Sheet;
use crate::document::{Matter, Parts};
use crate::markup::Tag;

/// The words of `epub:type`, `role` and `class` of an element, in lower case.
pub(super) struct Words {
    types: Vec<String>,
    classes: Vec<String>,
}

/// Elements whose text is never read.
const HIDDEN: &[&str] = &[
    "head",
    "script",
    "style",
    "template",
    "noscript",
    "svg",
    "rt",
    "rp",
    "rtc",
    "del",
    "audio",
    "video",
    "iframe",
    "canvas",
    "object",
    "select",
    "textarea",
    "datalist",
    "annotation",
    "annotation-xml",
];
const BLOCKS: &[&str] = &[
    "html",
    "body",
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "legend",
    "li",
    "listing",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "plaintext",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
    "xmp",
];
/// Elements that never have content in HTML.
const VOID: &[&str] = &[
    "area", "base", "basefont", "br", "col", "embed", "frame", "hr", "img", "input", "link",
    "meta", "param", "source", "track", "wbr", "image",
];
const VERSE: &[&str] = &[
    "poem",
    "poetry",
    "verse",
    "stanza",
    "linegroup",
    "z3998:poem",
    "z3998:verse",
    "z3998:song",
    "z3998:hymn",
];
const NOTE_BODIES: &[&str] = &[
    "footnote",
    "footnotes",
    "endnote",
    "endnotes",
    "rearnote",
    "rearnotes",
    "footnote-definition",
    "footnotesection",
];
const PAGE_NUMBERS: &[&str] = &[
    "pagenum",
    "pageno",
    "page-number",
    "pagenumber",
    "page_number",
    "pgnum",
];
const PAGE_BREAKS: &[&str] = &["pagebreak", "page-break", "newpage"];
const BACK_LINKS: &[&str] = &[
    "headerlink",
    "backlink",
    "fn-backref",
    "footnote-back",
    "footnote-backref",
    "permalink",
    "reversefootnote",
];
const REFERENCE_PARTS: &[&str] = &["noteref", "footnote", "endnote", "fnanchor", "fnref"];

/// Letters of the word for a page.
const LONGEST_PAGE: usize = 6;

/// Words of an attribute that count.
const MOST_WORDS: usize = 100;

impl Words {
    pub(super) fn of(tag: &Tag) -> Self {
        let words = |name| {
            let value = tag.attribute(name).unwrap_or_default();
            let words = value.split_whitespace().take(MOST_WORDS);
            words.map(str::to_ascii_lowercase)
        };
        let role = words("role").map(|role| role.trim_start_matches("doc-").to_owned());
        Self {
            types: words("epub:type").chain(role).collect(),
            classes: words("class").collect(),
        }
    }

    /// Whether the element is a page number of the printed book.
    pub(super) fn is_page_break(&self, block: bool) -> bool {
        let by_class = self.is_page_number() || self.has_class(PAGE_BREAKS);
        self.has_type(&["pagebreak"]) || (!block && by_class)
    }

    /// Whether the element is for numbers of pages.
    pub(super) fn is_page_number(&self) -> bool {
        self.has_class(PAGE_NUMBERS)
    }

    /// Why the element is not read, where its type or class says so.
    pub(super) fn left_out(&self) -> Option<LeftOutKind> {
        if self.has_class(NOTE_BODIES) {
            return Some(LeftOutKind::Notes);
        }
        self.types.iter().find_map(|word| {
            Some(match word.as_str() {
                "cover" => LeftOutKind::Cover,
                "titlepage" | "halftitlepage" => LeftOutKind::TitlePage,
                "copyright-page" | "imprint" | "imprimatur" | "colophon" => LeftOutKind::Copyright,
                "toc" | "toc-brief" | "landmarks" | "page-list" | "navigation" | "loi" | "lot"
                | "loa" | "lov" => LeftOutKind::Contents,
                "index" => LeftOutKind::Index,
                "bibliography" => LeftOutKind::Bibliography,
                word if NOTE_BODIES.contains(&word) => LeftOutKind::Notes,
                _ => return None,
            })
        })
    }

    /// The parts that the element is, of those that are usually read.
    pub(super) fn parts(&self, name: &str) -> Parts {
        let mut parts = Parts::default();
        for word in &self.types {
            if let Some(kind) = part(word) {
                parts.add(kind);
            }
        }
        match name {
            "pre" | "listing" | "xmp" => parts.add(LeftOutKind::Code),
            "caption" | "figcaption" => parts.add(LeftOutKind::Captions),
            _ => {}
        }
        parts
    }

    pub(super) fn matter(&self) -> Option<Matter> {
        self.types.iter().find_map(|word| {
            Some(match word.as_str() {
                "dedication" => Matter::Dedication,
                "epigraph" => Matter::Epigraph,
                "preface" => Matter::Preface,
                "foreword" => Matter::Foreword,
                "introduction" => Matter::Introduction,
                "prologue" => Matter::Prologue,
                _ => return None,
            })
        })
    }

    pub(super) fn is_verse(&self) -> bool {
        self.has_type(VERSE) || self.has_class(VERSE)
    }

    /// Whether a line next to a heading belongs to it.
    pub(super) fn is_title(&self) -> bool {
        self.has_type(&["title", "subtitle", "fulltitle"])
    }

    pub(super) fn is_heading(&self) -> bool {
        self.has_type(&["heading"])
    }

    /// Whether a link is a note's number.
    pub(super) fn is_reference(&self) -> bool {
        self.has_type(&["noteref"])
            || self
                .classes
                .iter()
                .any(|class| REFERENCE_PARTS.iter().any(|part| class.contains(part)))
    }

    /// Whether a link leads back from a note, or only to the place itself.
    pub(super) fn is_back_link(&self) -> bool {
        self.has_type(&["backlink"]) || self.has_class(BACK_LINKS)
    }

    /// Whether a style sheet hides the element; its own style decides where it says anything.
    pub(super) fn are_hidden(&self, tag: &Tag, sheet: &Sheet) -> bool {
        let style = tag.attribute("style").unwrap_or_default();
        !style.contains("display")
            && !style.contains("visibility")
            && sheet.hides(tag.local_name(), tag.attribute("id"), &self.classes)
    }

    fn has_type(&self, words: &[&str]) -> bool {
        self.types.iter().any(|word| words.contains(&word.as_str()))
    }

    fn has_class(&self, words: &[&str]) -> bool {
        self.classes
            .iter()
            .any(|word| words.contains(&word.as_str()))
    }
}

/// The part that a word of `epub:type`, `role` or of an EPUB 2 guide names, of those that are usually read.
pub(crate) fn part(word: &str) -> Option<LeftOutKind> {
    Some(match word {
        "dedication" => LeftOutKind::Dedication,
        "epigraph" => LeftOutKind::Epigraph,
        "foreword" => LeftOutKind::Foreword,
        "preface" | "preamble" => LeftOutKind::Preface,
        "introduction" => LeftOutKind::Introduction,
        "acknowledgments" | "acknowledgements" => LeftOutKind::Acknowledgements,
        "afterword" => LeftOutKind::Afterword,
        "appendix" => LeftOutKind::Appendix,
        "glossary" => LeftOutKind::Glossary,
        "frontmatter" => LeftOutKind::FrontMatter,
        "backmatter" => LeftOutKind::BackMatter,
        _ => return None,
    })
}

/// Whether the element and all in it stays unread.
pub(super) fn is_hidden(tag: &Tag) -> bool {
    let style = || {
        let style = tag.attribute("style").unwrap_or_default();
        let style: String = style
            .split_whitespace()
            .collect::<String>()
            .to_ascii_lowercase();
        style.contains("display:none") || style.contains("visibility:hidden")
    };
    // Of the forms of a passage (`epub:switch`) everybody has the default.
    let is_case = tag.local_name() == "case" && tag.name() != "case";
    HIDDEN.contains(&tag.local_name())
        || is_case
        || tag
            .attribute("hidden")
            .is_some_and(|value| value != "until-found")
        || tag.attribute("aria-hidden") == Some("true") && tag.name() != "figcaption"
        || style()
}

/// Whether a style sheet counts where nothing is printed.
pub(super) fn is_for_screens(tag: &Tag) -> bool {
    let media = tag.attribute("media").unwrap_or_default().trim();
    matches!(media.to_ascii_lowercase().as_str(), "" | "all" | "screen")
}

/// Whether the element is hidden from those who hear the alternative text of its picture, which says
/// the same.
pub(super) fn is_said_by_picture(tag: &Tag) -> bool {
    tag.name() == "figcaption" && tag.attribute("aria-hidden") == Some("true")
}

/// Whether a text is nothing but the number of a page: `12`, `[Pg xii]`, `– 12 –`.
pub(super) fn is_page_number(text: &str) -> bool {
    let is_number = |word: &str| {
        word.chars().all(char::is_numeric) || word.chars().all(|c| "ivxlcdmIVXLCDM".contains(c))
    };
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [number] => is_number(number),
        [page, number] => is_number(number) && page.chars().count() <= LONGEST_PAGE,
        _ => false,
    }
}

pub(super) fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
}

pub(super) fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

/// The level of `h1` to `h6`.
pub(super) fn heading_level(name: &str) -> Option<u8> {
    let level = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

/// Open elements that the start of `name` ends, and those that shield the ones outside of them.
pub(super) fn ends_on_start(name: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match name {
        "li" => (&["li"], &["ul", "ol", "menu", "dir"]),
        "dt" | "dd" => (&["dt", "dd"], &["dl"]),
        "td" | "th" => (&["td", "th"], &["tr", "table"]),
        "tr" => (&["tr"], &["table"]),
        "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot", "caption"], &["table"]),
        "body" => (&["head"], &[]),
        _ if is_block(name) => (&["p"], &[]),
        _ => (&[], &[]),
    }
}
