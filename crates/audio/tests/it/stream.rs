//! A chapter as a stream: what players get, fragment by fragment.

use audiotome_audio::OutputFormat;
use audiotome_audio::ffmpeg::Ffmpeg;
use audiotome_audio::stream::{ChapterStream, FragmentEncoder, heard, initial, playlist};
use audiotome_core::{AudioStore as _, Clip};

use crate::fixture::{Fixture, RATE, book, chirp, chirp_clip, tone};
use crate::probe::{chirp_error, decode};

/// Gives places to segments in their order, as far as there are clips; at most `most`.
async fn follow(stream: &mut ChapterStream, fixture: &Fixture, most: usize) {
    for _ in 0..most {
        let Some((segment, key)) = stream.next() else {
            return;
        };
        let clip = fixture.store.get(&key).await.unwrap().unwrap();
        let placed = stream.place(segment, clip.sample_rate(), heard(&clip));
        placed.unwrap();
    }
}

async fn fragments(stream: &ChapterStream, fixture: &Fixture) -> Vec<Vec<u8>> {
    let work = fixture.folder.path().join("work");
    let encoder = FragmentEncoder::new(work, Ffmpeg::find().unwrap());
    let mut fragments = Vec::new();
    for number in 0..stream.fragments().count() {
        let window = stream.window(number).unwrap();
        let fragment = encoder.encode(&fixture.store, &window).await.unwrap();
        fragments.push(fragment.unwrap());
    }
    fragments
}

/// What a decoder makes of the fragments.
fn heard_by_ffmpeg(fixture: &Fixture, fragments: &[Vec<u8>]) -> Vec<i16> {
    let file = fixture.folder.path().join("stream.mp4");
    let whole = [initial(RATE).unwrap(), fragments.concat()].concat();
    audiotome_files::write(&file, &whole).unwrap();
    decode(&file)
}

/// Two seconds of sweeps and rests: as hard for an encoder as speech.
fn chatter() -> Clip {
    let samples: Vec<i16> = (0..25).flat_map(|i| chirp(RATE, 60 + i * 3 % 40)).collect();
    Clip::new(RATE, samples).unwrap()
}

#[tokio::test]
async fn sentences_are_heard_where_the_stream_says() {
    let clips = (0..40).map(|_| chirp_clip()).collect();
    let fixture = book(vec![("One".to_owned(), clips)]).await;
    for from in [0, 7] {
        let mut stream = ChapterStream::new(&fixture.plan, 0, from, fixture.gain);
        follow(&mut stream, &fixture, 40).await;
        let decoded = heard_by_ffmpeg(&fixture, &fragments(&stream, &fixture).await);
        assert_eq!(decoded.len() as u64, stream.known());
        assert_eq!(stream.sounds().count(), 40 - from);
        for (segment, sound) in stream.sounds() {
            let error = chirp_error(&decoded, sound.start);
            assert!(error.abs() <= 2, "{segment} is {error} samples off");
        }
    }
    // It is the chapter as the audiobook has it.
    let assembly = fixture.assembly(OutputFormat::M4b);
    let chapter = fixture.encode(&assembly).await.remove(0);
    let mut stream = ChapterStream::new(&fixture.plan, 0, 0, fixture.gain);
    follow(&mut stream, &fixture, 40).await;
    let sounds: Vec<_> = stream.sounds().map(|(_, sound)| sound).collect();
    assert_eq!((stream.known(), sounds), (chapter.samples, chapter.sounds));
}

#[tokio::test]
async fn a_stream_only_grows() {
    let clips = (0..30).map(|_| tone(0.7, 9_000.0)).collect();
    let fixture = book(vec![("One".to_owned(), clips)]).await;
    let mut stream = ChapterStream::new(&fixture.plan, 0, 0, fixture.gain);
    let mut earlier = Vec::new();
    let mut lines = playlist(&stream);
    assert!(
        !lines.contains(".m4s") && lines.contains("EVENT"),
        "{lines}"
    );
    while !stream.is_complete() {
        follow(&mut stream, &fixture, 3).await;
        let now = fragments(&stream, &fixture).await;
        assert!(now.starts_with(&earlier), "a fragment has changed");
        earlier = now;
        let now = playlist(&stream);
        assert!(
            lines.lines().count() < 8 || now.starts_with(&lines),
            "{lines} became {now}"
        );
        lines = now;
    }
    assert!(lines.ends_with("#EXT-X-ENDLIST\n"), "{lines}");
    let listed = lines
        .lines()
        .filter_map(|line| line.strip_prefix("#EXTINF:"));
    let seconds = listed.map(|line| line.trim_end_matches(',').parse::<f64>().unwrap());
    let seconds: f64 = seconds.sum();
    assert!((seconds - stream.known() as f64 / f64::from(RATE)).abs() < 0.001);
}

#[tokio::test]
async fn no_seam_is_heard_between_fragments() {
    let clips = (0..20).map(|_| chatter()).collect();
    let fixture = book(vec![("One".to_owned(), clips)]).await;
    let mut stream = ChapterStream::new(&fixture.plan, 0, 0, fixture.gain);
    follow(&mut stream, &fixture, 20).await;
    let in_parts = heard_by_ffmpeg(&fixture, &fragments(&stream, &fixture).await);
    let assembly = fixture.assembly(OutputFormat::M4b);
    let whole = decode(&fixture.encode(&assembly).await.remove(0).path);
    assert_eq!(in_parts.len(), whole.len());
    let seams = stream
        .fragments()
        .map(|packets| packets.end as usize * 1_024);
    let at_seams: Vec<f64> = seams
        .map(|seam| likeness(&whole, &in_parts, seam))
        .collect();
    let elsewhere = (4..whole.len() / 2_048 - 4).map(|i| likeness(&whole, &in_parts, i * 2_048));
    let elsewhere: Vec<f64> = elsewhere.collect();
    let worst = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
    let (at_seams, elsewhere) = (worst(&at_seams), worst(&elsewhere));
    // Two encoders that have heard different beginnings differ a little everywhere.
    assert!(
        at_seams > elsewhere - 1.0,
        "{at_seams} dB, elsewhere {elsewhere} dB"
    );
}

/// How alike two sounds are around a sample, dB.
fn likeness(one: &[i16], other: &[i16], at: usize) -> f64 {
    let around = at.saturating_sub(2_048)..(at + 2_048).min(one.len());
    let (mut sound, mut difference) = (1.0, 1.0);
    for i in around {
        sound += f64::from(one[i]).powi(2);
        difference += f64::from(i32::from(one[i]) - i32::from(other[i])).powi(2);
    }
    10.0 * (sound / difference).log10()
}
