//! FictionBook 2: one XML file, pictures inside.

mod facts;

use audiotome_core::Book;
use base64::Engine as _;

use crate::epub::cover;
use crate::markup::{self, Syntax, Tag, Visitor};
use crate::pages::{Pages, cut_off, push_attribute, push_text};
use crate::{BookError, ReadOptions, encoding, html};
use facts::Facts;

/// Bytes of a cover in base 64.
const MAX_COVER: usize = 28 << 20;

/// Reads a book that is a FictionBook file; `name` is the file's name.
///
/// # Errors
/// [`BookError::NoText`], [`BookError::TooLarge`].
pub(crate) fn read(bytes: &[u8], name: &str, options: &ReadOptions) -> Result<Book, BookError> {
    let text = encoding::decode(bytes, html::declared_charset(bytes));
    let mut reader = Reader::default();
    markup::visit(&text, Syntax::Xml, &mut reader);
    let last = text.rsplit("</").next().unwrap_or_default();
    let last = last.split('>').next().unwrap_or_default();
    let is_whole = last.trim_end().ends_with("FictionBook");
    drop(text);
    let cover = base64::engine::general_purpose::STANDARD
        .decode(&reader.cover)
        .ok()
        .and_then(cover::from_bytes);
    let pages = Pages {
        cover,
        has_images: reader.has_images,
        warnings: cut_off(!is_whole),
        ..Pages::single(reader.facts.metadata(), reader.html)
    };
    pages.book(name, options)
}

/// The file in the making as HTML.
#[derive(Default)]
struct Reader {
    html: String,
    facts: Facts,
    place: Place,
    /// Open sections.
    depth: usize,
    /// Level of the open heading.
    heading: Option<usize>,
    /// Whether a paragraph stands in the open heading or stanza.
    has_line: bool,
    in_stanza: bool,
    /// Open poems: their titles are no chapters'.
    poems: usize,
    cover: String,
    has_images: bool,
}

/// The part of the file that is being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Description,
    Body,
    /// The picture that is the cover.
    Cover,
}

impl Reader {
    fn start_in_body(&mut self, tag: &Tag) {
        let id = tag.attribute("id");
        match tag.local_name() {
            "section" => {
                self.depth += 1;
                self.open("section", id);
            }
            "title" if self.poems == 0 => self.start_heading(self.depth + 1, id),
            "title" | "subtitle" => self.start_heading(6, id),
            "p" | "v" if self.heading.is_some() || self.in_stanza => self.start_line(id),
            "p" | "text-author" | "date" => self.open("p", id),
            "v" => self.open("p class=\"verse\"", id),
            "empty-line" => self.html.push_str("<hr/>"),
            "poem" => {
                self.poems += 1;
                self.open("blockquote class=\"poem\"", id);
            }
            "epigraph" | "cite" | "annotation" => self.open("blockquote", id),
            "stanza" => {
                self.in_stanza = true;
                self.has_line = false;
                self.open("p class=\"stanza\"", id);
            }
            "a" => self.start_link(tag),
            "image" => self.image(tag),
            name @ ("table" | "tr" | "sup" | "sub") => self.open(name, id),
            name @ ("td" | "th") => {
                let span = tag.attribute("colspan");
                self.html.push_str(&format!("<{name}"));
                push_attribute(&mut self.html, "colspan", span);
                self.html.push('>');
            }
            _ => {}
        }
    }

    fn end_in_body(&mut self, name: &str) {
        match name {
            "section" => {
                self.depth = self.depth.saturating_sub(1);
                self.html.push_str("</section>");
            }
            "title" | "subtitle" => {
                if let Some(level) = self.heading.take() {
                    self.html.push_str(&format!("</h{level}>"));
                }
            }
            "p" | "v" if self.heading.is_some() || self.in_stanza => {}
            "p" | "v" | "text-author" | "date" => self.html.push_str("</p>"),
            "poem" => {
                self.poems = self.poems.saturating_sub(1);
                self.html.push_str("</blockquote>");
            }
            "epigraph" | "cite" | "annotation" => self.html.push_str("</blockquote>"),
            "stanza" => {
                self.in_stanza = false;
                self.html.push_str("</p>");
            }
            "a" | "table" | "tr" | "td" | "th" | "sup" | "sub" => {
                self.html.push_str(&format!("</{name}>"));
            }
            "body" => {
                self.html.push_str("</div>");
                self.place = Place::Outside;
            }
            _ => {}
        }
    }

    fn open(&mut self, element: &str, id: Option<&str>) {
        self.html.push('<');
        self.html.push_str(element);
        push_attribute(&mut self.html, "id", id);
        self.html.push('>');
    }

    fn start_heading(&mut self, level: usize, id: Option<&str>) {
        let level = level.min(6);
        self.heading = Some(level);
        self.has_line = false;
        self.open(&format!("h{level}"), id);
    }

    /// The next line of a heading or a stanza.
    fn start_line(&mut self, id: Option<&str>) {
        if std::mem::replace(&mut self.has_line, true) {
            self.html.push_str("<br/>");
        }
        if id.is_some() {
            self.open("a", id);
            self.html.push_str("</a>");
        }
    }

    fn start_link(&mut self, tag: &Tag) {
        self.html.push_str("<a");
        push_attribute(&mut self.html, "href", tag.local_attribute("href"));
        let kind = (tag.attribute("type") == Some("note")).then_some("noteref");
        push_attribute(&mut self.html, "epub:type", kind);
        self.html.push('>');
    }

    fn image(&mut self, tag: &Tag) {
        self.has_images = true;
        if let Some(alt) = tag.attribute("alt").filter(|alt| !alt.is_empty()) {
            self.html.push_str("<img");
            push_attribute(&mut self.html, "alt", Some(alt));
            self.html.push_str("/>");
        }
    }

    /// A body: the text, or its notes, which have a name.
    fn start_body(&mut self, tag: &Tag) {
        self.place = Place::Body;
        self.depth = 0;
        self.poems = 0;
        let is_notes = tag
            .attribute("name")
            .is_some_and(|name| !name.trim().is_empty());
        let kind = if is_notes {
            "div epub:type=\"footnotes\""
        } else {
            "div"
        };
        let language = tag.local_attribute("lang").map(str::to_owned);
        self.html.push_str(&format!("<{kind}"));
        push_attribute(&mut self.html, "lang", language.as_deref());
        self.html.push('>');
    }
}

impl Visitor for Reader {
    fn start(&mut self, tag: &Tag) {
        let name = tag.local_name();
        match (self.place, name) {
            (Place::Outside, "description") => self.place = Place::Description,
            (Place::Outside, "body") => self.start_body(tag),
            (Place::Outside, "binary") if self.cover.is_empty() => {
                let id = tag.attribute("id");
                if id.is_some() && id == self.facts.cover() && !tag.is_empty() {
                    self.place = Place::Cover;
                }
            }
            (Place::Description, _) => self.facts.start(tag),
            (Place::Body, _) => self.start_in_body(tag),
            _ => {}
        }
        if tag.is_empty() {
            self.end(tag.name());
        }
    }

    fn end(&mut self, name: &str) {
        let name = markup::local(name);
        match (self.place, name) {
            (Place::Description, "description") => self.place = Place::Outside,
            (Place::Description, _) => self.facts.end(name),
            (Place::Body, _) => self.end_in_body(name),
            (Place::Cover, "binary") => self.place = Place::Outside,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match self.place {
            Place::Outside => {}
            Place::Description => self.facts.text(text),
            Place::Body => push_text(&mut self.html, text),
            Place::Cover if self.cover.len() + text.len() > MAX_COVER => {}
            Place::Cover => self
                .cover
                .extend(text.chars().filter(|c| !c.is_whitespace())),
        }
    }
}
