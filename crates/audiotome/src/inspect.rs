//! `audiotome inspect`: what would be read.

mod markdown;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use audiotome_book::{Manner, names, pieces, read};
use audiotome_core::{Book, Chapter, Language};
use audiotome_production::{DataFolder, MakeError, expected_duration};
use serde_json::json;

use crate::cli::InspectArgs;
use crate::exit::DONE;
use crate::format::{clock, count, thousands};
use crate::lexicon;

pub(crate) fn run(args: &InspectArgs, data: &DataFolder) -> anyhow::Result<u8> {
    let reading = args.reading.reading();
    let mut book = read(&args.book, &reading.options())?;
    let language = book
        .metadata
        .language
        .clone()
        .unwrap_or_else(Language::undetermined);
    if args.names {
        print_names(&book, args.json)?;
        return Ok(DONE);
    }
    let rules = lexicon::of_book(data, &args.book, &args.lexicon.lexicon)?;
    let chapters = book.chapters.len();
    let numbered: BTreeMap<usize, Chapter> = std::mem::take(&mut book.chapters)
        .into_iter()
        .enumerate()
        .map(|(index, chapter)| (index + 1, chapter))
        .filter(|(number, _)| reading.wants(*number))
        .collect();
    if numbered.is_empty() {
        return Err(MakeError::NothingToRead { chapters }.into());
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json {
        print_json(&mut out, &book, &language, &numbered)?;
    } else if args.text {
        markdown::write(&mut out, &book, &language, numbered.values())?;
    } else if args.spoken {
        let mut reading = reading;
        reading.lexicon = rules;
        print_spoken(
            &mut out,
            &language,
            &reading.manner(&book.lexicon)?,
            &numbered,
        )?;
    } else {
        print_summary(&mut out, &book, &language, &numbered)?;
    }
    out.flush()?;
    Ok(DONE)
}

fn print_summary(
    out: &mut impl Write,
    book: &Book,
    language: &Language,
    chapters: &BTreeMap<usize, Chapter>,
) -> io::Result<()> {
    print_facts(out, book, language)?;
    print_chapters(out, language, chapters)?;
    if !book.left_out.is_empty() {
        writeln!(out, "\nleft out (`--include KIND` reads it):")?;
    }
    for part in &book.left_out {
        let words = thousands(part.words);
        let time = clock(expected_duration(part.characters, language));
        let kind = kind(part.kind);
        writeln!(out, "      {words:>8}  {time:>8}  {kind}: {}", part.label)?;
    }
    for warning in &book.warnings {
        writeln!(out, "\nwarning: {warning}")?;
    }
    Ok(())
}

fn print_facts(out: &mut impl Write, book: &Book, language: &Language) -> io::Result<()> {
    let metadata = &book.metadata;
    let subtitle = metadata.subtitle.iter().map(|text| format!(": {text}"));
    writeln!(out, "{}{}", metadata.title, subtitle.collect::<String>())?;
    let series = metadata.series.as_ref();
    let series = series.map(|series| match &series.position {
        Some(position) => format!("{} {position}", series.name),
        None => series.name.clone(),
    });
    let cover = book.cover.as_ref().map(|cover| cover.media_type.clone());
    let facts = [
        ("by", metadata.author_line()),
        ("language", Some(language.to_string())),
        ("series", series),
        ("publisher", metadata.publisher.clone()),
        ("date", metadata.date.clone()),
        ("ISBN", metadata.isbn.clone()),
        ("cover", cover.or(Some("none".to_owned()))),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            writeln!(out, "{name:<10} {value}")?;
        }
    }
    Ok(())
}

fn print_chapters(
    out: &mut impl Write,
    language: &Language,
    chapters: &BTreeMap<usize, Chapter>,
) -> io::Result<()> {
    writeln!(out)?;
    let mut row = |number: &str, words: &str, time: &str, title: &str| {
        writeln!(out, "{number:>4}  {words:>8}  {time:>8}  {title}")
    };
    row("", "words", "about", "title")?;
    let (mut words, mut time) = (0, Duration::ZERO);
    for (number, chapter) in chapters {
        let (own_words, own_time) = (chapter.words(), duration(chapter, language));
        let (shown_words, shown_time) = (thousands(own_words), clock(own_time));
        row(
            &number.to_string(),
            &shown_words,
            &shown_time,
            &chapter.title,
        )?;
        words += own_words;
        time += own_time;
    }
    let number = count(chapters.len(), "chapter");
    row("", &thousands(words), &clock(time), &number)
}

fn kind(kind: audiotome_core::LeftOutKind) -> String {
    serde_json::to_value(kind)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn print_spoken(
    out: &mut impl Write,
    language: &Language,
    manner: &Manner,
    chapters: &BTreeMap<usize, Chapter>,
) -> io::Result<()> {
    for (number, chapter) in chapters {
        writeln!(out, "# {number}. {}\n", chapter.title)?;
        for block in &chapter.blocks {
            let language = block.language.as_ref().unwrap_or(language);
            for piece in pieces(block, language, manner) {
                writeln!(out, "{}", piece.spoken)?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

fn print_names(book: &Book, json: bool) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let names = names(book);
    if json {
        serde_json::to_writer_pretty(&mut out, &json!({ "names": names }))?;
        writeln!(out)?;
    } else {
        for name in names {
            writeln!(
                out,
                "{:>6}  {:<24}  {}",
                name.count, name.name, name.example
            )?;
        }
    }
    out.flush()
}

fn print_json(
    out: &mut impl Write,
    book: &Book,
    language: &Language,
    chapters: &BTreeMap<usize, Chapter>,
) -> io::Result<()> {
    let chapter = |(number, chapter): (&usize, &Chapter)| {
        json!({
            "number": number, "title": chapter.title, "words": chapter.words(), "characters": chapter.characters(),
            "seconds": duration(chapter, language).as_secs(), "blocks": chapter.blocks,
        })
    };
    let value = json!({
        "metadata": book.metadata, "language": language, "cover": book.cover, "left_out": book.left_out, "warnings": book.warnings,
        "chapters": chapters.iter().map(chapter).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    writeln!(out)
}

/// How long the chapter is heard, about.
fn duration(chapter: &Chapter, language: &Language) -> Duration {
    expected_duration(chapter.characters(), language)
}
