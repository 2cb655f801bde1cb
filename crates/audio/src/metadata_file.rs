//! Tags and chapter marks as ffmpeg reads them from a file.

use audiotome_core::{ChapterMark, Cover, Metadata};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::OutputFormat;

/// Players' chapter lists hold titles of at most so many bytes.
const LONGEST_TITLE: usize = 254;

/// What a library shows about an audiobook. Names are those that Audiobookshelf reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Facts about the book.
    pub metadata: Metadata,
    /// Who reads, as shown (`Hibari`); goes into the composer field.
    pub narrator: String,
}

/// A track of an album: chapter files have a title and a number of their own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Track<'a> {
    pub(crate) title: &'a str,
    /// Counted from 1.
    pub(crate) number: usize,
    pub(crate) of: usize,
}

/// The tags of a whole book in `format` with its chapter marks.
pub(crate) fn for_book(
    tags: &Tags,
    format: OutputFormat,
    marks: &[ChapterMark],
    sample_rate: u32,
    cover: Option<&Cover>,
) -> String {
    let mut file = String::from(";FFMETADATA1\n");
    add_fields(&mut file, &fields(tags, None));
    if matches!(format, OutputFormat::Opus | OutputFormat::Flac) {
        add_fields(&mut file, &chapter_comments(marks, sample_rate));
    }
    add_picture(&mut file, format, cover);
    for mark in marks {
        let title = cut(&one_line(&mark.title), LONGEST_TITLE).to_owned();
        file.push_str(&format!(
            "[CHAPTER]\nTIMEBASE=1/{sample_rate}\nSTART={}\nEND={}\n",
            mark.start, mark.end
        ));
        add_fields(&mut file, &[("title".to_owned(), title)]);
    }
    file
}

/// The tags of one chapter file.
pub(crate) fn for_track(
    tags: &Tags,
    format: OutputFormat,
    track: Track<'_>,
    cover: Option<&Cover>,
) -> String {
    let mut file = String::from(";FFMETADATA1\n");
    add_fields(&mut file, &fields(tags, Some(track)));
    add_picture(&mut file, format, cover);
    file
}

/// Cuts at a character so that at most `bytes` are left.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

fn fields(tags: &Tags, track: Option<Track<'_>>) -> Vec<(String, String)> {
    let metadata = &tags.metadata;
    let authors = metadata.authors.join(", ");
    let series = metadata.series.as_ref();
    let position = series.and_then(|series| series.position.clone());
    let grouping = series.map(|series| match &series.position {
        Some(position) => format!("{} #{position}", series.name),
        None => series.name.clone(),
    });
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let title = track.map_or(metadata.title.as_str(), |track| track.title);
    let number = track.map_or(String::new(), |t| format!("{}/{}", t.number, t.of));
    let name = series.map_or(String::new(), |series| series.name.clone());
    let language = metadata.language.as_ref().filter(|l| !l.is_undetermined());
    let language = language.map_or(String::new(), ToString::to_string);
    let fields = [
        ("title", title.to_owned()),
        ("track", number),
        ("album", metadata.title.clone()),
        ("artist", authors.clone()),
        ("album_artist", authors),
        ("composer", tags.narrator.clone()),
        ("narrator", tags.narrator.clone()),
        ("subtitle", text(&metadata.subtitle)),
        ("show", name.clone()),
        ("episode_id", position.clone().unwrap_or_default()),
        ("series", name),
        ("series-part", position.unwrap_or_default()),
        ("grouping", grouping.unwrap_or_default()),
        ("date", text(&metadata.date)),
        ("genre", genre(metadata)),
        ("publisher", text(&metadata.publisher)),
        ("description", text(&metadata.description)),
        ("synopsis", text(&metadata.description)),
        ("isbn", text(&metadata.isbn)),
        ("language", language),
        // Stik 2: players file it under audiobooks.
        ("media_type", "2".to_owned()),
    ];
    let named = fields.into_iter().filter(|(_, value)| !value.is_empty());
    named.map(|(key, value)| (key.to_owned(), value)).collect()
}

fn genre(metadata: &Metadata) -> String {
    if metadata.subjects.is_empty() {
        "Audiobook".to_owned()
    } else {
        metadata.subjects.join("; ")
    }
}

/// Chapter marks as Ogg and FLAC players know them: `CHAPTER001=00:00:00.000`.
fn chapter_comments(marks: &[ChapterMark], sample_rate: u32) -> Vec<(String, String)> {
    let comments = marks.iter().enumerate().flat_map(|(index, mark)| {
        let number = index + 1;
        let ms = (mark.start * 1_000 + u64::from(sample_rate) / 2) / u64::from(sample_rate);
        let (s, m, h) = (ms / 1_000 % 60, ms / 60_000 % 60, ms / 3_600_000);
        [
            (
                format!("CHAPTER{number:03}"),
                format!("{h:02}:{m:02}:{s:02}.{:03}", ms % 1_000),
            ),
            (format!("CHAPTER{number:03}NAME"), one_line(&mark.title)),
        ]
    });
    comments.collect()
}

/// Ogg has no place for pictures but a comment.
fn add_picture(file: &mut String, format: OutputFormat, cover: Option<&Cover>) {
    if let (OutputFormat::Opus, Some(cover)) = (format, cover) {
        let picture = picture_block(cover);
        add_fields(
            file,
            &[(
                "METADATA_BLOCK_PICTURE".to_owned(),
                STANDARD.encode(picture),
            )],
        );
    }
}

/// FLAC's picture block: front cover, no description, size left for the player to find out.
fn picture_block(cover: &Cover) -> Vec<u8> {
    const FRONT_COVER: u32 = 3;
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut block = FRONT_COVER.to_be_bytes().to_vec();
    block.extend(length(cover.media_type.as_bytes()));
    block.extend(cover.media_type.as_bytes());
    // Description, width, height, depth, colours.
    block.extend([0; 5 * 4]);
    block.extend(length(&cover.bytes));
    block.extend(&cover.bytes);
    block
}

fn add_fields(file: &mut String, fields: &[(String, String)]) {
    for (key, value) in fields {
        add_escaped(file, key);
        file.push('=');
        add_escaped(file, value);
        // ffmpeg takes a line end behind a backslash for part of the value, escaped or not.
        file.push_str(if value.ends_with('\\') { " \n" } else { "\n" });
    }
}

fn add_escaped(file: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '=' | ';' | '#' | '\\' | '\n' => file.extend(['\\', c]),
            // ffmpeg ends a value at a carriage return or NUL.
            '\r' | '\0' => {}
            _ => file.push(c),
        }
    }
}

/// Titles stand in lists: line breaks and control characters become spaces.
fn one_line(title: &str) -> String {
    let spaced = title.replace(char::is_control, " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped() {
        let mut file = String::new();
        add_fields(
            &mut file,
            &[("title".to_owned(), "a=b;c#d\\e\nf\r".to_owned())],
        );
        assert_eq!(file, "title=a\\=b\\;c\\#d\\\\e\\\nf\n");
    }

    #[test]
    fn titles_are_cut_at_a_character() {
        assert_eq!(cut("жжж", 5), "жж");
        assert_eq!(cut("abc", 5), "abc");
        assert_eq!(cut("a😀", 4), "a");
    }

    #[test]
    fn chapter_comments_count_hours() {
        let mark = ChapterMark {
            title: "Two\nlines".to_owned(),
            start: (3_600 + 62) * 24_000 + 12,
            end: 0,
        };
        let comments = chapter_comments(&[mark], 24_000);
        assert_eq!(comments[0].1, "01:01:02.001");
        assert_eq!(
            comments[1],
            ("CHAPTER001NAME".to_owned(), "Two lines".to_owned())
        );
    }
}
