//! The package file (OPF): metadata, files, reading order, guide.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::href;
use crate::markup::{self, Syntax, Tag, Visitor};

/// Longest chain of fallbacks that is followed.
const MAX_FALLBACKS: usize = 8;
/// Entries of each list; real books stay far below.
const MAX_ITEMS: usize = 20_000;

/// What a package file says.
#[derive(Debug, Default)]
pub(super) struct Package {
    /// Path of the package file itself.
    pub(super) path: String,
    pub(super) metadata: Vec<Meta>,
    pub(super) items: Vec<Item>,
    pub(super) spine: Vec<SpineItem>,
    /// Id of the NCX.
    pub(super) ncx: Option<String>,
    pub(super) guide: Vec<Reference>,
    /// Items by id; in damaged books several have the same.
    by_id: HashMap<String, Vec<usize>>,
}

/// A `dc:` element or a `meta`.
#[derive(Debug, Default, Clone)]
pub(super) struct Meta {
    /// Name without prefix; of a `meta`, its `property` or `name`.
    pub(super) name: String,
    /// Whether it is a Dublin Core element.
    pub(super) is_dublin_core: bool,
    pub(super) value: String,
    pub(super) id: Option<String>,
    /// The id that it says something about.
    pub(super) refines: Option<String>,
    /// EPUB 2: `opf:role`.
    pub(super) role: Option<String>,
    /// EPUB 2: `opf:scheme`; EPUB 3: `scheme`.
    pub(super) scheme: Option<String>,
    /// EPUB 2: `opf:event` of a date.
    pub(super) event: Option<String>,
}

/// A file of the manifest.
#[derive(Debug, Default, Clone)]
pub(super) struct Item {
    pub(super) id: String,
    /// Canonical path as the manifest means it.
    pub(super) path: String,
    pub(super) media_type: String,
    pub(super) properties: String,
    pub(super) fallback: Option<String>,
}

/// A place of the reading order.
#[derive(Debug)]
pub(super) struct SpineItem {
    pub(super) id: String,
    pub(super) linear: bool,
}

/// An entry of the EPUB 2 guide.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) kind: String,
    pub(super) path: String,
    pub(super) fragment: Option<String>,
}

impl Package {
    /// Reads a package file, however malformed: what can be understood counts.
    pub(super) fn parse(text: &str, path: &str) -> Self {
        let mut parser = Parser {
            package: Self {
                path: path.to_owned(),
                ..Self::default()
            },
            ..Parser::default()
        };
        markup::visit(text, Syntax::Xml, &mut parser);
        parser.package
    }

    /// The same book read in the order of `paths`, whatever its own spine says.
    pub(super) fn with_reading_order(self, paths: Vec<String>) -> Self {
        let mut package = Self {
            path: self.path,
            metadata: self.metadata,
            ..Self::default()
        };
        for path in paths {
            package.spine.push(SpineItem {
                id: path.clone(),
                linear: true,
            });
            package.add_item(Item {
                id: path.clone(),
                path,
                ..Item::default()
            });
        }
        for item in self.items {
            package.add_item(item);
        }
        package
    }

    /// The item with this id, of several the first.
    pub(super) fn item(&self, id: &str) -> Option<&Item> {
        self.items_called(id).next()
    }

    /// All items with this id.
    pub(super) fn items_called(&self, id: &str) -> impl ExactSizeIterator<Item = &Item> {
        let indices = self.by_id.get(id).map_or(&[][..], Vec::as_slice);
        indices.iter().map(|index| &self.items[*index])
    }

    /// The first item with the property.
    pub(super) fn with_property(&self, property: &str) -> Option<&Item> {
        let has = |item: &&Item| {
            item.properties
                .split_whitespace()
                .any(|word| word == property)
        };
        self.items.iter().find(has)
    }

    /// The item, or the one that its chain of fallbacks names, that can hold text.
    pub(super) fn readable<'a>(&'a self, item: &'a Item) -> Option<&'a Item> {
        let mut item = item;
        for _ in 0..=MAX_FALLBACKS {
            if item.is_text() {
                return Some(item);
            }
            item = self.item(item.fallback.as_deref()?)?;
        }
        None
    }

    fn add_item(&mut self, item: Item) {
        if self.items.len() < MAX_ITEMS {
            let called = self.by_id.entry(item.id.clone()).or_default();
            called.push(self.items.len());
            self.items.push(item);
        }
    }
}

impl Item {
    fn is_text(&self) -> bool {
        matches!(
            self.media_type.as_str(),
            "application/xhtml+xml"
                | "text/html"
                | "text/x-oeb1-document"
                | "application/x-dtbook+xml"
        ) || is_text_name(&self.path) && !self.media_type.starts_with("image/")
    }

    pub(super) fn is_image(&self) -> bool {
        self.media_type.starts_with("image/")
    }
}

/// Whether every element of an XML file ends where it should.
pub(super) fn is_well_formed(text: &str) -> bool {
    let mut reader = Reader::from_str(text);
    let mut open = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => open += 1,
            Ok(Event::End(_)) => open = open.saturating_sub(1),
            Ok(Event::Eof) => return open == 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// Whether a file's name ends like a text document's.
pub(super) fn is_text_name(path: &str) -> bool {
    let extension = path
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    matches!(extension.as_str(), "xhtml" | "html" | "htm" | "xht")
}

#[derive(Default)]
struct Parser {
    package: Package,
    /// The metadata element that is being read.
    open: Option<Meta>,
}

impl Parser {
    fn item(&mut self, tag: &Tag) {
        let Some(href) = tag.local_attribute("href") else {
            return;
        };
        let Some((path, _)) = href::resolve(&self.package.path, href) else {
            return;
        };
        self.package.add_item(Item {
            id: text(tag, "id").unwrap_or_default(),
            path,
            media_type: text(tag, "media-type")
                .unwrap_or_default()
                .to_ascii_lowercase(),
            properties: text(tag, "properties").unwrap_or_default(),
            fallback: text(tag, "fallback"),
        });
    }

    fn reference(&mut self, tag: &Tag) {
        let Some(href) = tag.local_attribute("href") else {
            return;
        };
        if let Some((path, fragment)) = href::resolve(&self.package.path, href)
            && self.package.guide.len() < MAX_ITEMS
        {
            self.package.guide.push(Reference {
                kind: text(tag, "type").unwrap_or_default().to_ascii_lowercase(),
                path,
                fragment,
            });
        }
    }

    fn meta(&mut self, tag: &Tag) {
        let is_dublin_core = tag.local_name() != "meta";
        let name = if is_dublin_core {
            Some(tag.local_name().to_owned())
        } else {
            text(tag, "property").or_else(|| text(tag, "name"))
        };
        let meta = Meta {
            name: name.unwrap_or_default(),
            is_dublin_core,
            value: text(tag, "content").unwrap_or_default(),
            id: text(tag, "id"),
            refines: text(tag, "refines").map(|id| id.trim_start_matches('#').to_owned()),
            role: text(tag, "role"),
            scheme: text(tag, "scheme"),
            event: text(tag, "event"),
        };
        if !meta.value.is_empty() || tag.is_empty() {
            self.keep(meta);
        } else {
            self.open = Some(meta);
        }
    }

    fn keep(&mut self, mut meta: Meta) {
        meta.value = meta.value.trim().to_owned();
        if !meta.value.is_empty() && self.package.metadata.len() < MAX_ITEMS {
            self.package.metadata.push(meta);
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.keep(open);
        }
    }
}

impl Visitor for Parser {
    fn start(&mut self, tag: &Tag) {
        match tag.local_name() {
            "item" => self.item(tag),
            "spine" => self.package.ncx = text(tag, "toc"),
            "itemref" if self.package.spine.len() < MAX_ITEMS => {
                self.package.spine.push(SpineItem {
                    id: text(tag, "idref").unwrap_or_default(),
                    linear: tag.local_attribute("linear") != Some("no"),
                });
            }
            "reference" => self.reference(tag),
            "metadata" | "dc-metadata" | "x-metadata" | "package" | "manifest" | "guide" => {
                self.close()
            }
            name if tag.name().starts_with("dc:") || name == "meta" => {
                self.close();
                self.meta(tag);
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        let name = markup::local(name);
        if name == "metadata"
            || name == "meta"
            || self.open.as_ref().is_some_and(|open| open.name == name)
        {
            self.close();
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(open) = &mut self.open
            && open.value.len() < 1 << 20
        {
            open.value.push_str(text);
        }
    }
}

fn text(tag: &Tag, name: &str) -> Option<String> {
    let value = tag.local_attribute(name)?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_package_is_read_as_far_as_it_goes() {
        let package = Package::parse(
            "<package><metadata><dc:title>Tom & Jerry<dc:creator>A</dc:creator>\
             <meta name='cover' content='c'/></metadata>\
             <manifest><item id='a' href='t/a%20b.xhtml' media-type='application/xhtml+xml'>\
             <item id='a' href='other.xhtml'/></manifest><spine toc=ncx><itemref idref='a'/>",
            "OEBPS/x.opf",
        );
        let values: Vec<_> = package
            .metadata
            .iter()
            .map(|m| (m.name.as_str(), m.value.as_str()))
            .collect();
        assert_eq!(
            values,
            [("title", "Tom & Jerry"), ("creator", "A"), ("cover", "c")]
        );
        assert_eq!(package.item("a").unwrap().path, "OEBPS/t/a b.xhtml");
        assert_eq!(package.ncx.as_deref(), Some("ncx"));
        assert_eq!(package.spine.len(), 1);
    }

    #[test]
    fn fallbacks_end() {
        let package = Package::parse(
            "<item id='a' href='a.pdf' fallback='b'/><item id='b' href='b.pdf' fallback='a'/>\
             <item id='c' href='c.svg' media-type='image/svg+xml' fallback='d'/><item id='d' href='d.html'/>",
            "x.opf",
        );
        assert!(package.readable(package.item("a").unwrap()).is_none());
        assert_eq!(
            package.readable(package.item("c").unwrap()).unwrap().id,
            "d"
        );
    }
}
