//! The documents of a book in reading order. One document at a time is in memory as markup.

use std::collections::{HashMap, HashSet};

use audiotome_core::LeftOutKind;

use super::archive::Archive;
use super::encryption;
use super::package::Package;
use super::pronunciation::Pronunciations;
use super::toc::RawEntry;
use crate::document::Document;
use crate::html::Sheet;
use crate::{BookError, ReadOptions, encoding, html};

/// Characters from which a document outside the reading order is read, if the table of contents names it.
const NON_LINEAR_TEXT: usize = 500;
/// Characters of a document that the guide can declare to be no text.
const LONGEST_GUIDED: usize = 8_000;

/// Style sheets of a book.
const MOST_SHEETS: usize = 500;

/// Bytes of text of all documents: as much as of a book that is one text file.
const MAX_TEXT: usize = 64 << 20;

/// Ids that something points at, by document.
type Wanted = HashMap<String, HashSet<String>>;

/// A document of the reading order.
struct Place {
    path: String,
    linear: bool,
}

/// Reads all documents of the reading order.
pub(super) fn read(
    archive: &mut Archive,
    package: &Package,
    table: &[RawEntry],
    name: &str,
    options: &ReadOptions,
    (told, warnings): (&mut Pronunciations, &mut Vec<String>),
) -> Result<Vec<Document>, BookError> {
    let earlier = warnings.len();
    let places = reading_order(archive, package, warnings);
    refuse_locked(archive, &places, name)?;
    let wanted = wanted(archive, package, table);
    let sheets = sheets(archive, package)?;
    let mut notes = HashSet::new();
    let mut documents = Vec::new();
    let (mut blocks, mut bytes) = (0, 0);
    for place in places {
        let Some(text) = text_of(archive, &place.path, warnings)? else {
            continue;
        };
        told.look(&text);
        let nothing = HashSet::new();
        let mut context = html::Context {
            path: &place.path,
            alt_text: options.alt_text,
            wanted: Some(wanted.get(&place.path).unwrap_or(&nothing)),
            sheets: &sheets,
            notes: &mut notes,
        };
        let document = html::document(&text, &mut context);
        let Some(mut document) =
            document.filter(|document| blocks + document.blocks.len() <= html::MAX_BLOCKS)
        else {
            let what = format!("it has over {} paragraphs", html::MAX_BLOCKS);
            return Err(too_large(name, what));
        };
        blocks += document.blocks.len();
        bytes += document
            .blocks
            .iter()
            .map(|b| b.block.text.len())
            .sum::<usize>();
        if bytes > MAX_TEXT {
            let what = format!("it has over {} MiB of text", MAX_TEXT >> 20);
            return Err(too_large(name, what));
        }
        let named = wanted.contains_key(&place.path) && document.characters() > NON_LINEAR_TEXT;
        if !place.linear && !named {
            leave_out(&mut document, LeftOutKind::NonLinear);
        }
        documents.push(document);
    }
    if let (true, Some(reason)) = (documents.is_empty(), warnings.get(earlier)) {
        return Err(BookError::Damaged {
            name: name.to_owned(),
            what: format!("none of its text can be read ({reason})"),
        });
    }
    let damaged = archive.damaged().iter();
    warnings.extend(
        damaged.map(|path| {
            format!("`{path}` is damaged (its checksum is wrong): it is read as it is")
        }),
    );
    follow_guide(archive, package, &mut documents);
    Ok(documents)
}

fn too_large(name: &str, what: String) -> BookError {
    BookError::TooLarge {
        name: name.to_owned(),
        what,
    }
}

fn reading_order(archive: &Archive, package: &Package, warnings: &mut Vec<String>) -> Vec<Place> {
    let mut seen = HashSet::new();
    let mut named = HashMap::new();
    let mut places = Vec::new();
    for spine in &package.spine {
        let times: &mut usize = named.entry(&spine.id).or_default();
        let mut called = package.items_called(&spine.id);
        if called.len() > 1 && *times == 0 {
            let id = &spine.id;
            warnings.push(format!("the book lists several files as `{id}`"));
        }
        // Where several files have one name, each place of the reading order means another one.
        let item = called.nth(*times).or_else(|| package.item(&spine.id));
        *times += 1;
        let Some(item) = item else {
            warnings.push(format!(
                "the reading order names `{}`, which the book does not list",
                spine.id
            ));
            continue;
        };
        let Some(item) = package.readable(item) else {
            continue;
        };
        let Some(path) = archive.find(&item.path) else {
            warnings.push(format!("`{}` is missing from the book", item.path));
            continue;
        };
        if seen.insert(path.to_owned()) {
            places.push(Place {
                path: path.to_owned(),
                linear: spine.linear,
            });
        }
    }
    places
}

/// Encrypted text is not read as if it were text.
fn refuse_locked(archive: &mut Archive, places: &[Place], name: &str) -> Result<(), BookError> {
    let encrypted = encryption::encrypted_paths(archive)?;
    let locked = places.iter().any(|place| encrypted.contains(&place.path));
    let by_password = places.iter().any(|place| archive.is_encrypted(&place.path));
    let scheme = match (locked, by_password) {
        (true, _) => encryption::scheme(archive).unwrap_or("an unknown scheme"),
        (false, true) => "a zip password",
        (false, false) => return Ok(()),
    };
    Err(BookError::Drm {
        name: name.to_owned(),
        scheme,
    })
}

fn wanted(archive: &Archive, package: &Package, table: &[RawEntry]) -> Wanted {
    let mut wanted = Wanted::new();
    let mut want = |path: &str, fragment: Option<&String>| {
        if let Some(path) = archive.find(path) {
            wanted
                .entry(path.to_owned())
                .or_default()
                .extend(fragment.cloned());
        }
    };
    let mut entries: Vec<&RawEntry> = table.iter().collect();
    while let Some(entry) = entries.pop() {
        entries.extend(&entry.children);
        if let Some((path, fragment)) = &entry.target {
            want(path, fragment.as_ref());
        }
    }
    for reference in package
        .guide
        .iter()
        .filter(|reference| reference.fragment.is_some())
    {
        want(&reference.path, reference.fragment.as_ref());
    }
    wanted
}

/// The style sheets, which may hide text.
fn sheets(archive: &mut Archive, package: &Package) -> Result<HashMap<String, Sheet>, BookError> {
    let items = package.items.iter();
    let paths = items.filter(|item| item.media_type == "text/css");
    let mut sheets = HashMap::new();
    for item in paths.take(MOST_SHEETS) {
        if let Some(path) = archive.find(&item.path).map(str::to_owned)
            && let Some(bytes) = archive.read(&path)?
        {
            sheets.insert(path, Sheet::parse(&encoding::decode(&bytes, None)));
        }
    }
    Ok(sheets)
}

/// The text of a document; `None`, with a warning, where there is none.
fn text_of(
    archive: &mut Archive,
    path: &str,
    warnings: &mut Vec<String>,
) -> Result<Option<String>, BookError> {
    let Some(bytes) = archive.read(path)? else {
        warnings.push(format!("`{path}` is broken and can't be read"));
        return Ok(None);
    };
    let text = encoding::decode(&bytes, html::declared_charset(&bytes));
    let strange = |c: char| c == '\u{FFFD}' || c.is_control() && !c.is_whitespace();
    let sample = text.chars().take(4_096);
    let (length, odd) = sample.fold((0, 0), |(length, odd), c| {
        (length + 1, odd + usize::from(strange(c)))
    });
    if odd * 10 > length {
        warnings.push(format!("`{path}` is not text"));
        return Ok(None);
    }
    Ok(Some(text))
}

/// Takes from the EPUB 2 guide what documents are; those that it declares to be no text are left out.
fn follow_guide(archive: &Archive, package: &Package, documents: &mut [Document]) {
    for reference in &package.guide {
        let (kind, part) = (guided(&reference.kind), html::part(&reference.kind));
        if kind.or(part).is_none() {
            continue;
        }
        let Some(path) = archive.find(&reference.path) else {
            continue;
        };
        let Some(document) = documents.iter_mut().find(|document| document.name == path) else {
            continue;
        };
        let from_start = match &reference.fragment {
            Some(id) => document.anchors.get(id).is_none_or(|at| *at == 0),
            None => true,
        };
        if !from_start || document.characters() > LONGEST_GUIDED {
            continue;
        }
        if let Some(kind) = kind {
            leave_out(document, kind);
        }
        for block in &mut document.blocks {
            part.into_iter().for_each(|part| block.parts.add(part));
        }
    }
}

fn guided(kind: &str) -> Option<LeftOutKind> {
    Some(match kind {
        "cover" => LeftOutKind::Cover,
        "title-page" | "titlepage" => LeftOutKind::TitlePage,
        "copyright-page" | "copyright" | "colophon" => LeftOutKind::Copyright,
        "toc" | "loi" | "lot" => LeftOutKind::Contents,
        "index" => LeftOutKind::Index,
        "bibliography" => LeftOutKind::Bibliography,
        "notes" => LeftOutKind::Notes,
        _ => return None,
    })
}

fn leave_out(document: &mut Document, kind: LeftOutKind) {
    for block in &mut document.blocks {
        block.left_out.get_or_insert(kind);
    }
}
