//! What lies beside an audiobook in a library: `metadata.json` as Audiobookshelf reads it.

use audiotome_core::{Metadata, Timeline};
use serde::Serialize;

use crate::Tags;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LibraryMetadata<'a> {
    tags: [(); 0],
    chapters: Vec<LibraryChapter<'a>>,
    title: &'a str,
    subtitle: Option<&'a str>,
    authors: &'a [String],
    narrators: Vec<&'a str>,
    series: Vec<String>,
    genres: &'a [String],
    published_year: Option<&'a str>,
    published_date: Option<&'a str>,
    publisher: Option<&'a str>,
    description: Option<&'a str>,
    isbn: Option<&'a str>,
    asin: Option<&'a str>,
    language: Option<&'a str>,
    explicit: bool,
    abridged: bool,
}

/// Start and end in seconds.
#[derive(Serialize)]
struct LibraryChapter<'a> {
    id: usize,
    start: f64,
    end: f64,
    title: &'a str,
}

/// The content of `metadata.json`.
pub(crate) fn metadata_json(tags: &Tags, timeline: &Timeline) -> Vec<u8> {
    let metadata = &tags.metadata;
    let narrator = Some(tags.narrator.as_str()).filter(|name| !name.is_empty());
    let content = LibraryMetadata {
        tags: [],
        chapters: chapters(timeline),
        title: &metadata.title,
        subtitle: metadata.subtitle.as_deref(),
        authors: &metadata.authors,
        narrators: narrator.into_iter().collect(),
        series: series(metadata).into_iter().collect(),
        genres: &metadata.subjects,
        published_year: metadata.date.as_deref().and_then(year),
        published_date: metadata.date.as_deref(),
        publisher: metadata.publisher.as_deref(),
        description: metadata.description.as_deref(),
        isbn: metadata.isbn.as_deref(),
        asin: None,
        language: metadata.language.as_ref().map(|l| l.as_str()),
        explicit: false,
        abridged: false,
    };
    serde_json::to_vec_pretty(&content).expect("text and numbers can be written as JSON")
}

fn chapters(timeline: &Timeline) -> Vec<LibraryChapter<'_>> {
    #[expect(clippy::cast_precision_loss, reason = "samples stay below 2^53")]
    let seconds = |samples: u64| samples as f64 / f64::from(timeline.sample_rate.max(1));
    let chapters = timeline.chapters.iter().enumerate();
    chapters
        .map(|(id, mark)| LibraryChapter {
            id,
            start: seconds(mark.start),
            end: seconds(mark.end),
            title: &mark.title,
        })
        .collect()
}

fn series(metadata: &Metadata) -> Option<String> {
    let series = metadata.series.as_ref()?;
    Some(match &series.position {
        Some(position) => format!("{} #{position}", series.name),
        None => series.name.clone(),
    })
}

/// The first four digits in a row.
fn year(date: &str) -> Option<&str> {
    let runs = date.split(|c: char| !c.is_ascii_digit());
    runs.into_iter().find(|run| run.len() == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_found_in_dates() {
        assert_eq!(year("2004-10-02"), Some("2004"));
        assert_eq!(year("c. 1895"), Some("1895"));
        assert_eq!(year("long ago"), None);
    }
}
