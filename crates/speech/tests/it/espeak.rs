//! eSpeak NG as a child process.

use audiotome_core::Utterance;
use audiotome_speech::EngineKind;

use crate::fixture::speaker;

#[test]
fn a_text_that_looks_like_an_option_is_read_aloud() {
    let espeak = speaker(EngineKind::Espeak);
    let plain = espeak.seconds("help me, said the option.");
    for text in [
        "-help me, said the option.",
        "--help me, said the option.",
        "-f /etc/passwd",
    ] {
        let seconds = espeak.seconds(text);
        assert!(seconds > 0.5 * plain, "{text}: {seconds} s");
    }
}

#[test]
fn brackets_are_no_phoneme_names() {
    let espeak = speaker(EngineKind::Espeak);
    let word = espeak.seconds("hello");
    for text in ["[[hello]]", "[[[hello]]]", "[\u{1}[hello]]"] {
        let seconds = espeak.seconds(text);
        assert!(
            (seconds - word).abs() < 0.5,
            "{text}: {seconds} s, {word} s"
        );
    }
}

#[test]
fn nothing_is_lost_of_scripts_without_spaces() {
    let espeak = speaker(EngineKind::Espeak);
    for (voice, text) in [
        ("ja", "こんにちは"),
        ("th", "สวัสดีครับ"),
        ("ko", "안녕하세요"),
        ("cmn", "你好世界"),
        ("en-us", "abcdefghij"),
    ] {
        let seconds = |times| {
            let utterance = Utterance {
                voice: voice.into(),
                ..espeak.utterance(&text.repeat(times))
            };
            let clip = espeak.engine.synthesize(&utterance).unwrap();
            clip.duration().as_secs_f64()
        };
        // Without spaces, eSpeak drops half of it. Sentences that are longer come in pieces.
        let ratio = seconds(20) / seconds(5);
        assert!((3.5..4.6).contains(&ratio), "{voice}: {ratio}");
    }
}

#[test]
fn a_long_text_comes_whole() {
    let espeak = speaker(EngineKind::Espeak);
    let sentence = "Nothing of this is lost on the way. ";
    let short = espeak.seconds(&sentence.repeat(5));
    // More than a pipe holds.
    let long = espeak.seconds(&sentence.repeat(2_000));
    assert!((long / short / 400.0 - 1.0).abs() < 0.05, "{long} s");
}
