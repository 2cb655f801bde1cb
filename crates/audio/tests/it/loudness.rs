//! How loud the finished audiobook is.

use std::path::Path;
use std::process::Command;

use audiotome_audio::{Loudness, OutputFormat, measure_gain};
use audiotome_core::Clip;
use ebur128::{EbuR128, Mode};

use crate::fixture::{Fixture, RATE, book, tone};
use crate::probe::decode;

/// Integrated loudness (LUFS) and true peak (dBTP) of what a player hears.
fn measure(file: &Path) -> (f64, f64) {
    let mut meter = EbuR128::new(1, RATE, Mode::I | Mode::TRUE_PEAK).unwrap();
    meter.add_frames_i16(&decode(file)).unwrap();
    let peak = 20.0 * meter.true_peak(0).unwrap().log10();
    (meter.loudness_global().unwrap(), peak)
}

async fn published(mut fixture: Fixture, loudness: Loudness) -> (f64, f64) {
    let gain = measure_gain(&fixture.store, &fixture.plan, loudness).await;
    fixture.gain = gain.unwrap().unwrap();
    let (file, _) = fixture.publish(OutputFormat::M4b).await;
    measure(&file)
}

fn espeak(text: &str, voice: &str, amplitude: &str) -> Clip {
    let spoken = Command::new("espeak-ng")
        .args(["-v", voice, "-a", amplitude, "--stdout", text])
        .output()
        .unwrap();
    assert!(spoken.status.success());
    let rate = u32::from_le_bytes(spoken.stdout[24..28].try_into().unwrap());
    let samples = spoken.stdout[44..].chunks_exact(2);
    let samples = samples.map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
    Clip::new(rate, samples).unwrap()
}

const SENTENCES: [&str; 8] = [
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife.",
    "However little known the feelings or views of such a man may be on his first entering a neighbourhood, this truth is so well fixed.",
    "My dear Mister Bennet, said his lady to him one day, have you heard that Netherfield Park is let at last?",
    "Mister Bennet replied that he had not.",
    "But it is, returned she; for Missus Long has just been here, and she told me all about it.",
    "Do you not want to know who has taken it? cried his wife impatiently!",
    "You want to tell me, and I have no objection to hearing it.",
    "This was invitation enough.",
];

#[tokio::test]
async fn speech_is_as_loud_as_an_audiobook() {
    for (voice, amplitude) in [("en", "100"), ("en+f3", "20"), ("de", "200")] {
        let clips: Vec<Clip> = SENTENCES
            .iter()
            .map(|text| espeak(text, voice, amplitude))
            .collect();
        let fixture = book(vec![("One".to_owned(), clips)]).await;
        let (lufs, peak) = published(fixture, Loudness::AUDIOBOOK).await;
        assert!(
            (lufs + 19.0).abs() < 1.0,
            "{voice} {amplitude}: {lufs} LUFS"
        );
        assert!(peak <= -3.0, "{voice} {amplitude}: {peak} dBTP");
    }
}

#[tokio::test]
async fn a_tone_is_as_loud_as_asked_for() {
    for (loudness, target) in [(Loudness::AUDIOBOOK, -19.0), (Loudness::PODCAST, -16.0)] {
        let clips = vec![tone(3.0, 900.0), tone(2.0, 900.0)];
        let fixture = book(vec![("One".to_owned(), clips)]).await;
        let (lufs, peak) = published(fixture, loudness).await;
        assert!((lufs - target).abs() < 0.5, "{lufs} LUFS for {target}");
        assert!(peak <= -3.0, "{peak} dBTP");
    }
}

#[tokio::test]
async fn none_leaves_the_voice_as_it_is() {
    let fixture = book(vec![("One".to_owned(), vec![tone(3.0, 30_000.0)])]).await;
    let (_, peak) = published(fixture, Loudness::NONE).await;
    assert!((peak + 0.77).abs() < 0.3, "{peak} dBTP");
}

#[tokio::test]
async fn the_gain_waits_for_the_first_minute_and_no_longer() {
    let loud = || vec![tone(20.0, 8_000.0), tone(20.0, 8_000.0)];
    let quiet = || vec![tone(20.0, 500.0)];
    let chapters = vec![
        ("One".to_owned(), loud()),
        ("Two".to_owned(), loud()),
        ("Three".to_owned(), quiet()),
    ];
    let all = book(chapters).await;
    let whole = measure_gain(&all.store, &all.plan, Loudness::AUDIOBOOK).await;
    let whole = whole.unwrap().unwrap();

    let store = audiotome_audio::MemoryStore::default();
    for segment in &all.plan.segments[..3] {
        let gain = measure_gain(&store, &all.plan, Loudness::AUDIOBOOK).await;
        assert_eq!(gain.unwrap(), None);
        let clip = audiotome_core::AudioStore::get(&all.store, &segment.key).await;
        let clip = clip.unwrap().unwrap();
        audiotome_core::AudioStore::put(&store, &segment.key, clip)
            .await
            .unwrap();
    }
    let early = measure_gain(&store, &all.plan, Loudness::AUDIOBOOK).await;
    assert_eq!(early.unwrap(), Some(whole));
}
