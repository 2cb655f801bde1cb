//! The M4B: what players, libraries and decoders find in it.

use audiotome_audio::{AacEncoder, OutputFormat, Target, publish};
use serde_json::Value;

use crate::fixture::{book, chirp_clip, cover, hard_titles, tone};
use crate::probe::{assert_marks, chirp_error, decode, one_line, probe};

#[tokio::test]
async fn a_hundred_chapters_lie_where_the_timeline_says() {
    let chapters = (1..=100).map(|i| (format!("Chapter {i}"), vec![chirp_clip(), chirp_clip()]));
    let fixture = book(chapters.collect()).await;
    let (file, published) = fixture.publish(OutputFormat::M4b).await;

    let probe = probe(&file);
    let timeline = &published.timeline;
    assert_marks(&probe, timeline, one_line);
    let decoded = decode(&file);
    assert_eq!(decoded.len() as u64, probe.packets() * 1_024);
    assert_eq!(decoded.len() as u64, timeline.samples);
    for entry in &timeline.segments {
        let error = chirp_error(&decoded, entry.start);
        assert!(error.abs() <= 2, "{} is {error} samples off", entry.text);
    }
    for mark in &timeline.chapters[1..] {
        let join = mark.start as usize;
        let loudest = decoded[join - 1_000..join + 1_000]
            .iter()
            .map(|s| s.unsigned_abs());
        assert!(loudest.max() < Some(30), "{}", mark.title);
    }
}

#[tokio::test]
async fn ffmpegs_encoder_is_as_exact() {
    let chapters = (1..=5).map(|i| (format!("Chapter {i}"), vec![chirp_clip()]));
    let fixture = book(chapters.collect()).await;
    let assembly = fixture
        .assembly(OutputFormat::M4b)
        .with_aac(AacEncoder::Ffmpeg);
    let (file, published) = fixture.publish_by(OutputFormat::M4b, &assembly).await;
    let decoded = decode(&file);
    assert_eq!(decoded.len() as u64, published.timeline.samples);
    for entry in &published.timeline.segments {
        let error = chirp_error(&decoded, entry.start);
        assert!(error.abs() <= 2, "{} is {error} samples off", entry.text);
    }
}

#[tokio::test]
async fn titles_tags_and_cover_reach_the_player() {
    for (media_type, width) in [("image/jpeg", 300), ("image/png", 300)] {
        let chapters = hard_titles().into_iter().map(|t| (t, vec![chirp_clip()]));
        let mut fixture = book(chapters.collect()).await;
        fixture.cover = Some(cover(media_type));
        let (file, published) = fixture.publish(OutputFormat::M4b).await;
        assert_eq!(published.warnings, Vec::<String>::new());

        let probe = probe(&file);
        assert_marks(&probe, &published.timeline, one_line);
        assert_eq!(probe.cover_width(), Some(width));
        for (tag, value) in [
            ("title", "Пиковая дама; part #1"),
            ("album", "Пиковая дама; part #1"),
            ("artist", "Александр Пушкин, B. Writer"),
            ("album_artist", "Александр Пушкин, B. Writer"),
            ("composer", "Hibari"),
            ("show", "Tales"),
            ("episode_id", "2"),
            ("grouping", "Tales #2"),
            ("date", "1834"),
            ("genre", "Fiction; Classics"),
            ("description", "First line\nsecond = line"),
            ("media_type", "2"),
            ("major_brand", "M4B "),
        ] {
            assert_eq!(probe.tag(tag), Some(value), "{tag}");
        }
        assert_eq!(probe.audio()["codec_name"], "aac");
        assert_eq!(probe.audio()["sample_rate"], "24000");
    }
}

#[tokio::test]
async fn both_kinds_of_chapter_list_and_a_fast_start() {
    for (chapters, nero) in [(255, true), (256, false)] {
        let long = "ж".repeat(300);
        let chapters = (0..chapters).map(|_| (long.clone(), vec![tone(0.05, 8_000.0)]));
        let fixture = book(chapters.collect()).await;
        let (file, published) = fixture.publish(OutputFormat::M4b).await;
        let bytes = fs_err::read(&file).unwrap();
        let find = |name: &[u8]| bytes.windows(4).position(|w| w == name);
        assert!(find(b"moov") < find(b"mdat"));
        assert_eq!(find(b"chpl").is_some(), nero);
        assert!(find(b"chap").is_some(), "the text track of QuickTime");
        assert_marks(&probe(&file), &published.timeline, |_| "ж".repeat(127));
    }
}

#[tokio::test]
async fn a_broken_cover_is_left_out_and_said_so() {
    let mut fixture = book(vec![("One".to_owned(), vec![chirp_clip()])]).await;
    let mut broken = cover("image/jpeg");
    broken.bytes = b"\xff\xd8\xffnot really".to_vec();
    fixture.cover = Some(broken);
    let (file, published) = fixture.publish(OutputFormat::M4b).await;
    assert_eq!(probe(&file).cover_width(), None);
    assert_eq!(published.warnings.len(), 1, "{:?}", published.warnings);
}

#[tokio::test]
async fn a_library_folder_has_everything_beside_the_book() {
    let mut fixture = book(vec![("One".to_owned(), vec![chirp_clip()])]).await;
    fixture.cover = Some(cover("image/png"));
    let ebook = fixture.folder.path().join("my book.epub");
    audiotome_files::write(&ebook, b"an ebook").unwrap();
    let assembly = fixture.assembly(OutputFormat::M4b);
    let chapters = fixture.encode(&assembly).await;
    let library = fixture.folder.path().join("library");
    let target = Target::new(&library, &fixture.tags, false).unwrap();
    let mut audiobook = fixture.audiobook(&chapters);
    audiobook.ebook = Some(&ebook);
    let published = publish(audiobook, OutputFormat::M4b, &target, &assembly)
        .await
        .unwrap();

    let folder =
        library.join("Александр Пушкин and B. Writer/Tales/Пиковая дама; part #1 {Hibari}");
    let names = [
        "Пиковая дама; part #1.m4b",
        "cover.png",
        "metadata.json",
        "my book.epub",
    ];
    assert_eq!(published.files, names.map(|name| folder.join(name)));
    assert_eq!(fs_err::read_dir(&folder).unwrap().count(), 4);
    let metadata: Value =
        serde_json::from_slice(&fs_err::read(folder.join("metadata.json")).unwrap()).unwrap();
    assert_eq!(metadata["title"], "Пиковая дама; part #1");
    assert_eq!(metadata["narrators"][0], "Hibari");
    assert_eq!(metadata["series"][0], "Tales #2");
    assert_eq!(metadata["publishedYear"], "1834");
    assert_eq!(metadata["chapters"][0]["title"], "One");
    let end = published.timeline.samples as f64 / 24_000.0;
    assert_eq!(metadata["chapters"][0]["end"], end);
}
