//! What a package file says about the book.

use audiotome_core::{Language, Metadata, Series};

use super::package::{Meta, Package};
use crate::html;

/// Roles (MARC relators) of whom a player names as author.
const AUTHOR_ROLES: &[&str] = &["aut", "author"];
/// Roles of whom a player never names as author.
const HELPER_ROLES: &[&str] = &[
    "trl", "ill", "nrt", "bkp", "pbl", "cov", "dsr", "bkd", "mdc", "ctb", "prt", "pfr",
];
/// Bytes of a title or a name.
const LONGEST_LINE: usize = 4_000;
/// What Calibre writes for a date that it does not know.
const NO_DATE: &str = "0101-01-01";

/// The book's metadata; the title is empty where the package has none.
pub(super) fn metadata(package: &Package) -> Metadata {
    let (title, subtitle) = titles(package);
    let description = first(package, "description").map(|text| html::plain(&text));
    Metadata {
        title,
        subtitle,
        authors: authors(package),
        language: first(package, "language")
            .map(|tag| Language::new(&tag))
            .filter(|language| !language.is_undetermined()),
        series: series(package),
        publisher: first(package, "publisher")
            .map(|name| single_line(&name))
            .filter(|name| !is_placeholder(name)),
        date: date(package),
        description: description.filter(|text| !text.is_empty() && !is_placeholder(text)),
        isbn: isbn(package),
        subjects: dublin_core(package, "subject")
            .map(|m| single_line(&m.value))
            .collect(),
    }
}

fn dublin_core<'a>(package: &'a Package, name: &'a str) -> impl Iterator<Item = &'a Meta> {
    package
        .metadata
        .iter()
        .filter(move |meta| meta.is_dublin_core && meta.name == name)
}

fn first(package: &Package, name: &str) -> Option<String> {
    dublin_core(package, name)
        .next()
        .map(|meta| meta.value.clone())
}

/// The value of `property` that refines the element with this id.
fn refinement<'a>(package: &'a Package, id: Option<&str>, property: &str) -> Option<&'a str> {
    let id = id?;
    let meta = package
        .metadata
        .iter()
        .find(|meta| meta.refines.as_deref() == Some(id) && meta.name == property)?;
    Some(&meta.value)
}

/// The value of a `meta` that says something about the book as a whole.
fn of_book<'a>(package: &'a Package, name: &str) -> Option<&'a Meta> {
    package
        .metadata
        .iter()
        .find(|meta| !meta.is_dublin_core && meta.refines.is_none() && meta.name == name)
}

fn titles(package: &Package) -> (String, Option<String>) {
    let titles: Vec<_> = dublin_core(package, "title").collect();
    let of_type = |kind: &str| {
        titles
            .iter()
            .find(|title| refinement(package, title.id.as_deref(), "title-type") == Some(kind))
    };
    let untyped = || {
        titles
            .iter()
            .find(|title| refinement(package, title.id.as_deref(), "title-type").is_none())
    };
    let main = of_type("main").or_else(untyped).or(titles.first());
    let text = |title: &&Meta| single_line(&title.value);
    (
        main.map(text).unwrap_or_default(),
        of_type("subtitle").map(text),
    )
}

/// The creators who are authors; where none is called so, all who are not known to be something else.
fn authors(package: &Package) -> Vec<String> {
    let with = |wanted: &dyn Fn(&[String]) -> bool| {
        let mut names: Vec<String> = Vec::new();
        for creator in dublin_core(package, "creator") {
            let name = without_address(&single_line(&creator.value));
            let known = !name.is_empty() && !is_placeholder(&name);
            if known && !names.contains(&name) && wanted(&roles(package, creator)) {
                names.push(name);
            }
        }
        names
    };
    let is = |known: &[&str], role: &String| known.contains(&role.as_str());
    let authors =
        with(&|roles| roles.is_empty() || roles.iter().any(|role| is(AUTHOR_ROLES, role)));
    if !authors.is_empty() {
        return authors;
    }
    with(&|roles| roles.iter().any(|role| !is(HELPER_ROLES, role)))
}

/// All roles of a creator: who annotated his own book has two.
fn roles(package: &Package, creator: &Meta) -> Vec<String> {
    let own = creator.role.as_deref();
    let refining = package
        .metadata
        .iter()
        .filter(|meta| meta.name == "role" && meta.refines.is_some() && meta.refines == creator.id);
    own.into_iter()
        .chain(refining.map(|meta| meta.value.as_str()))
        .map(|role| role.trim_start_matches("marc:").to_ascii_lowercase())
        .collect()
}

/// Whether a program wrote this where it knew nothing.
fn is_placeholder(text: &str) -> bool {
    ["unknown", "unknown author", "n/a", "none"]
        .iter()
        .any(|placeholder| text.eq_ignore_ascii_case(placeholder))
}

fn series(package: &Package) -> Option<Series> {
    if let Some(name) = of_book(package, "calibre:series") {
        let position = of_book(package, "calibre:series_index").map(|meta| position(&meta.value));
        return Some(Series {
            name: single_line(&name.value),
            position,
        });
    }
    let collections = package
        .metadata
        .iter()
        .filter(|meta| meta.name == "belongs-to-collection");
    let mut series = collections.filter(|meta| {
        !matches!(refinement(package, meta.id.as_deref(), "collection-type"), Some(kind) if kind != "series")
    });
    let series = series.next()?;
    Some(Series {
        name: single_line(&series.value),
        position: refinement(package, series.id.as_deref(), "group-position").map(position),
    })
}

/// `2` for `2.0`, which Calibre writes.
fn position(text: &str) -> String {
    text.strip_suffix(".0").unwrap_or(text).to_owned()
}

/// The date of publication, without a time of day that nobody meant.
fn date(package: &Package) -> Option<String> {
    let dates: Vec<_> = dublin_core(package, "date").collect();
    let of_event = |event| {
        dates
            .iter()
            .find(|date| date.event.as_deref() == Some(event))
    };
    let date = of_event("original-publication")
        .or_else(|| of_event("publication"))
        .or_else(|| of_event("published"))
        .or_else(|| dates.iter().find(|date| date.event.is_none()))?;
    let day = date.value.split('T').next().unwrap_or_default().trim();
    (!day.is_empty() && day != NO_DATE).then(|| day.to_owned())
}

fn isbn(package: &Package) -> Option<String> {
    dublin_core(package, "identifier").find_map(|identifier| {
        let scheme = identifier.scheme.as_deref().unwrap_or_default();
        let value = identifier.value.to_ascii_lowercase();
        let named = scheme.eq_ignore_ascii_case("isbn") || value.contains("isbn");
        let start = value.rfind(':').map_or(0, |at| at + 1);
        let digits: String = value[start..]
            .trim_start_matches("isbn")
            .chars()
            .filter(|c| !matches!(c, '-' | ' ' | '\u{2010}'..='\u{2013}'))
            .collect();
        let bare = digits.len() == 13 && (digits.starts_with("978") || digits.starts_with("979"));
        ((named || bare) && is_isbn(&digits)).then(|| digits.to_ascii_uppercase())
    })
}

fn is_isbn(digits: &str) -> bool {
    let digits = digits.as_bytes();
    let Some((last, body)) = digits.split_last() else {
        return false;
    };
    matches!(digits.len(), 10 | 13)
        && body.iter().all(u8::is_ascii_digit)
        && (last.is_ascii_digit() || digits.len() == 10 && *last == b'x')
}

/// A name without the e-mail address that some programs put behind it.
fn without_address(name: &str) -> String {
    let Some(open) = name.find('<') else {
        return name.to_owned();
    };
    let address = name[open..].contains('@');
    if address {
        name[..open].trim().to_owned()
    } else {
        name.to_owned()
    }
}

fn single_line(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(text.len().min(LONGEST_LINE))];
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(metadata: &str) -> Metadata {
        super::metadata(&Package::parse(
            &format!("<metadata>{metadata}</metadata>"),
            "x.opf",
        ))
    }

    #[test]
    fn only_authors_are_authors() {
        let metadata = read(
            "<dc:creator opf:role='aut'>A &amp; B</dc:creator><dc:creator opf:role='ill'>C</dc:creator>\
             <dc:creator id='t'>D</dc:creator><meta refines='#t' property='role'>trl</meta>\
             <dc:creator>E &lt;e@example.org&gt;</dc:creator>",
        );
        assert_eq!(metadata.authors, ["A & B", "E"]);
    }

    #[test]
    fn an_author_may_have_other_roles_too() {
        let metadata = read(
            "<dc:creator id='a'>A</dc:creator><meta refines='#a' property='role'>ann</meta>\
             <meta refines='#a' property='role' scheme='marc:relators'>aut</meta>",
        );
        assert_eq!(metadata.authors, ["A"]);
    }

    #[test]
    fn who_edited_stands_in_for_an_author_but_who_translated_does_not() {
        let metadata = read(
            "<dc:creator opf:role='edt'>Editor</dc:creator><dc:creator opf:role='trl'>Translator</dc:creator>",
        );
        assert_eq!(metadata.authors, ["Editor"]);
    }

    #[test]
    fn what_programs_write_for_nothing_is_nothing() {
        let metadata = read(
            "<dc:creator>Unknown</dc:creator><dc:publisher>unknown</dc:publisher>\
             <dc:description>unknown</dc:description><dc:date>0101-01-01T00:00:00+00:00</dc:date>",
        );
        assert_eq!(metadata, Metadata::default());
    }

    #[test]
    fn titles_by_type_and_by_order() {
        let metadata = read(
            "<dc:title id='s'>Sub</dc:title><meta refines='#s' property='title-type'>subtitle</meta>\
             <dc:title id='m'>Main\n title</dc:title><meta refines='#m' property='title-type'>main</meta>",
        );
        assert_eq!(
            (metadata.title.as_str(), metadata.subtitle.as_deref()),
            ("Main title", Some("Sub"))
        );
        assert_eq!(
            read("<dc:title>One</dc:title><dc:title>Two</dc:title>").title,
            "One"
        );
    }

    #[test]
    fn series_of_both_kinds() {
        let calibre = read(
            "<meta name='calibre:series' content='S'/><meta name='calibre:series_index' content='3.0'/>",
        );
        let epub3 = read(
            "<meta property='belongs-to-collection' id='c'>Set</meta><meta refines='#c' property='collection-type'>set</meta>\
             <meta property='belongs-to-collection' id='s'>S</meta><meta refines='#s' property='collection-type'>series</meta>\
             <meta refines='#s' property='group-position'>2.5</meta>",
        );
        let series = |position: &str| {
            Some(Series {
                name: "S".to_owned(),
                position: Some(position.to_owned()),
            })
        };
        assert_eq!(calibre.series, series("3"));
        assert_eq!(epub3.series, series("2.5"));
    }

    #[test]
    fn isbn_dates_and_descriptions_are_cleaned() {
        let metadata = read(
            "<dc:identifier>urn:uuid:1234567890</dc:identifier><dc:identifier>urn:isbn:978-1-4493-2803-0</dc:identifier>\
             <dc:date opf:event='modification'>2020</dc:date><dc:date>1895-05-07T00:00:00Z</dc:date>\
             <dc:description>&lt;p&gt;An &lt;b&gt;HTML&lt;/b&gt; blurb.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</dc:description>",
        );
        assert_eq!(metadata.isbn.as_deref(), Some("9781449328030"));
        assert_eq!(metadata.date.as_deref(), Some("1895-05-07"));
        assert_eq!(
            metadata.description.as_deref(),
            Some("An HTML blurb.\nTwo.")
        );
        assert_eq!(
            read("<dc:identifier opf:scheme='ISBN'>0-19-852663-x</dc:identifier>")
                .isbn
                .as_deref(),
            Some("019852663X")
        );
        assert_eq!(read("<dc:identifier>ISBN ä</dc:identifier>").isbn, None);
    }
}
