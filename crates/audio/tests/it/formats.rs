//! The other formats, and one file per chapter.

use audiotome_audio::{OutputFormat, Target, publish};

use crate::fixture::{book, chirp_clip, cover, hard_titles};
use crate::probe::{assert_marks, chirp_error, decode, one_line, probe};

async fn sounds_as_planned(format: OutputFormat, delay: i64) {
    let chapters = (1..=12).map(|i| (format!("Chapter {i}"), vec![chirp_clip(), chirp_clip()]));
    let fixture = book(chapters.collect()).await;
    let (file, published) = fixture.publish(format).await;
    let decoded = decode(&file);
    let difference = decoded.len() as i64 - published.timeline.samples as i64;
    assert!((0..=2_400).contains(&difference), "{difference} samples");
    for entry in &published.timeline.segments {
        let error = chirp_error(&decoded, entry.start);
        assert!(
            (error - delay).abs() <= 24,
            "{} is {error} samples off",
            entry.text
        );
    }
}

async fn shows_titles_and_cover(format: OutputFormat) {
    let chapters = hard_titles().into_iter().map(|t| (t, vec![chirp_clip()]));
    let mut fixture = book(chapters.collect()).await;
    fixture.cover = Some(cover("image/jpeg"));
    let (file, published) = fixture.publish(format).await;
    assert_eq!(published.warnings, Vec::<String>::new());
    let probe = probe(&file);
    assert_marks(&probe, &published.timeline, one_line);
    assert_eq!(probe.cover_width(), Some(300));
    for (tag, value) in [
        ("title", "Пиковая дама; part #1"),
        ("album", "Пиковая дама; part #1"),
        ("artist", "Александр Пушкин, B. Writer"),
        ("composer", "Hibari"),
        ("series", "Tales"),
        ("series-part", "2"),
        ("publisher", "Press"),
        ("isbn", "9780000000002"),
    ] {
        assert_eq!(probe.tag(tag), Some(value), "{tag}");
    }
    // ffprobe shows the DESCRIPTION of Ogg and FLAC under another name.
    let description = probe.tag("description").or(probe.tag("comment"));
    assert_eq!(description, Some("First line\nsecond = line"));
}

#[tokio::test]
async fn mp3_sounds_as_planned() {
    sounds_as_planned(OutputFormat::Mp3, 0).await;
}

#[tokio::test]
async fn opus_sounds_as_planned() {
    sounds_as_planned(OutputFormat::Opus, 0).await;
}

#[tokio::test]
async fn flac_sounds_as_planned() {
    sounds_as_planned(OutputFormat::Flac, 0).await;
}

#[tokio::test]
async fn wav_sounds_as_planned() {
    sounds_as_planned(OutputFormat::Wav, 0).await;
}

#[tokio::test]
async fn mp3_shows_titles_and_cover() {
    shows_titles_and_cover(OutputFormat::Mp3).await;
}

#[tokio::test]
async fn opus_shows_titles_and_cover() {
    shows_titles_and_cover(OutputFormat::Opus).await;
}

#[tokio::test]
async fn flac_shows_titles_and_cover() {
    shows_titles_and_cover(OutputFormat::Flac).await;
}

#[tokio::test]
async fn lossless_formats_are_lossless() {
    let chapters = (1..=7).map(|i| (format!("Chapter {i}"), vec![chirp_clip()]));
    let fixture = book(chapters.collect()).await;
    let (flac, published) = fixture.publish(OutputFormat::Flac).await;
    let (wav, _) = fixture.publish(OutputFormat::Wav).await;
    let decoded = decode(&flac);
    assert_eq!(decoded, decode(&wav));
    assert_eq!(decoded.len() as u64, published.timeline.samples);
    let entry = &published.timeline.segments[3];
    let sound = &decoded[entry.start as usize..entry.end as usize];
    let clip = chirp_clip();
    // All but the fades of 5 ms.
    assert_eq!(sound[120..1_800], clip.samples()[120..1_800]);
}

#[tokio::test]
async fn one_file_per_chapter() {
    for format in OutputFormat::ALL {
        let titles = ["One: a/b", "CON", "Три"];
        let chapters = titles.map(|title| (title.to_owned(), vec![chirp_clip()]));
        let mut fixture = book(chapters.to_vec()).await;
        fixture.cover = Some(cover("image/jpeg"));
        let assembly = fixture.assembly(format);
        let encoded = fixture.encode(&assembly).await;
        let library = fixture.folder.path().join("library");
        let target = Target::new(&library, &fixture.tags, true).unwrap();
        let published = publish(fixture.audiobook(&encoded), format, &target, &assembly).await;
        let published = published.unwrap();
        let names = ["01 - One- a-b", "02 - CON_", "03 - Три"];
        for ((index, name), file) in names.iter().enumerate().zip(&published.files) {
            assert_eq!(
                file.file_name().unwrap().to_str().unwrap(),
                format!("{name}.{format}")
            );
            let probe = probe(file);
            assert!(probe.chapters().is_empty());
            assert_eq!(probe.tag("title"), Some(titles[index]));
            let track = probe.tag("track").unwrap();
            assert!(track == format!("{}/3", index + 1) || track == format!("{}", index + 1));
            let decoded = decode(file);
            let start = encoded[index].sounds[0].start;
            assert!(chirp_error(&decoded, start).abs() <= 24, "{format}");
        }
        assert_eq!(published.files.len(), 5, "chapters, cover and metadata");
    }
}

#[tokio::test]
async fn a_chapter_that_vanishes_is_an_error_and_never_a_shorter_book() {
    let chapters = (1..=3).map(|i| (format!("Chapter {i}"), vec![chirp_clip()]));
    let fixture = book(chapters.collect()).await;
    for format in OutputFormat::ALL {
        let assembly = fixture.assembly(format);
        let encoded = fixture.encode(&assembly).await;
        fs_err::remove_file(&encoded[1].path).unwrap();
        let file = fixture.folder.path().join(format!("gone.{format}"));
        let target = Target::File(file.clone());
        let published = publish(fixture.audiobook(&encoded), format, &target, &assembly).await;
        assert!(published.is_err(), "{format}");
        assert!(!file.exists(), "{format}");
    }
}
