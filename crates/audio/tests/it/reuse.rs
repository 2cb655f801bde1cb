//! Encoded chapters are used again when nothing about them changed, and only then.

use std::time::Duration;

use audiotome_audio::{AacEncoder, AudioError, Gain, OutputFormat, encode_chapter, timeline};
use audiotome_core::{AudioStore as _, Clip, SegmentKey};

use crate::fixture::{Fixture, RATE, book, chirp_clip, tone};

async fn small() -> Fixture {
    let chapters = ["One", "Two"].map(|t| (t.to_owned(), vec![chirp_clip(), tone(0.2, 5_000.0)]));
    book(chapters.to_vec()).await
}

#[tokio::test]
async fn the_same_chapter_is_not_encoded_twice() {
    let fixture = small().await;
    let assembly = fixture.assembly(OutputFormat::M4b);
    let first = fixture.encode(&assembly).await;
    assert!(first.iter().all(|chapter| !chapter.reused));
    let again = fixture.encode(&assembly).await;
    assert!(again.iter().all(|chapter| chapter.reused));
    assert_eq!(
        timeline(&fixture.plan, &first),
        timeline(&fixture.plan, &again)
    );
}

#[tokio::test]
async fn a_file_that_is_not_whole_is_made_again() {
    let fixture = small().await;
    let assembly = fixture.assembly(OutputFormat::M4b);
    let chapter = fixture.encode(&assembly).await.remove(0);
    let bytes = fs_err::read(&chapter.path).unwrap();
    audiotome_files::write(&chapter.path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(!fixture.encode(&assembly).await[0].reused);
    assert_eq!(fs_err::read(&chapter.path).unwrap(), bytes);
    fs_err::remove_file(chapter.path.with_extension("json")).unwrap();
    assert!(!fixture.encode(&assembly).await[0].reused);
}

macro_rules! differs {
    ($($name:ident: $change:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let mut fixture = small().await;
            fixture.encode(&fixture.assembly(OutputFormat::M4b)).await;
            let change: fn(&mut Fixture) = $change;
            change(&mut fixture);
            let again = fixture.encode(&fixture.assembly(OutputFormat::M4b)).await;
            assert!(!again[0].reused);
        }
    )*};
}

differs! {
    pause_differs: |f| f.plan.segments[0].pause_after += Duration::from_millis(1);
    head_differs: |f| f.plan.narration.pauses.chapter_head += Duration::from_millis(1);
    gain_differs: |f| f.gain = Gain::new(0.5, -3.5);
    ceiling_differs: |f| f.gain = Gain::new(0.0, -3.0);
    segment_differs: |f| f.plan.segments[0].key = f.plan.segments[1].key;
}

#[tokio::test]
async fn encoder_differs() {
    let fixture = small().await;
    let assembly = fixture.assembly(OutputFormat::M4b);
    fixture.encode(&assembly).await;
    let other = assembly.with_aac(AacEncoder::Ffmpeg);
    assert!(!fixture.encode(&other).await[0].reused);
}

#[tokio::test]
async fn clips_and_pauses_are_all_there_is() {
    let fixture = small().await;
    let chapters = fixture.encode(&fixture.assembly(OutputFormat::M4b)).await;
    let timeline = timeline(&fixture.plan, &chapters);
    // Head 50 ms is raised to two packets; then 80 ms, 130 ms, 200 ms, 90 ms, padding.
    let sounds: Vec<_> = timeline.segments.iter().map(|s| (s.start, s.end)).collect();
    let second = 2_048 + 1_920 + 3_120;
    let length = (second + 4_800 + 2_160_u64).next_multiple_of(1_024);
    assert_eq!(sounds[..2], [(2_048, 3_968), (second, second + 4_800)]);
    assert_eq!(sounds[2].0, length + 2_048);
    assert_eq!(timeline.samples, 2 * length);
    assert_eq!(timeline.chapters[1].start, length);
}

#[tokio::test]
async fn a_missing_clip_is_named_and_nothing_is_left() {
    let mut fixture = small().await;
    fixture.plan.segments[1].key = "00".repeat(32).parse::<SegmentKey>().unwrap();
    let assembly = fixture.assembly(OutputFormat::M4b);
    let error = encode_chapter(&fixture.store, &fixture.plan, 0, &assembly)
        .await
        .unwrap_err();
    assert!(matches!(error, AudioError::MissingClip { .. }), "{error}");
    assert!(error.to_string().contains("`Clip 1 of 0.`"), "{error}");
    assert_eq!(fs_err::read_dir(assembly.work()).unwrap().count(), 0);
}

#[tokio::test]
async fn one_book_has_one_rate() {
    let mut fixture = small().await;
    let key = "11".repeat(32).parse::<SegmentKey>().unwrap();
    let other = Clip::new(RATE / 2, vec![9_000; 4_000]).unwrap();
    fixture.store.put(&key, other).await.unwrap();
    fixture.plan.segments[1].key = key;
    let assembly = fixture.assembly(OutputFormat::M4b);
    let error = encode_chapter(&fixture.store, &fixture.plan, 0, &assembly)
        .await
        .unwrap_err();
    assert!(matches!(error, AudioError::MixedRates { .. }), "{error}");
}
