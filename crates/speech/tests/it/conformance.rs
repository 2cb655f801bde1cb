//! What every engine promises.

use std::sync::mpsc;
use std::time::Duration;

use audiotome_core::{ClipCheck, SpeechError, Utterance};
use audiotome_speech::EngineKind;

use crate::fixture::{Speaker, open_named, speaker};

/// The same promises for each engine.
macro_rules! conformance {
    ($($name:ident: $kind:expr),*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn the_same_utterance_gives_the_same_clip() {
                super::the_same_utterance_gives_the_same_clip($kind);
            }

            #[test]
            fn twice_the_speed_is_half_as_long() {
                super::twice_the_speed_is_half_as_long(&speaker($kind));
            }

            #[test]
            fn nothing_to_say_is_refused_for_good() {
                super::nothing_to_say_is_refused_for_good(&speaker($kind));
            }

            #[test]
            fn another_voice_is_refused() {
                super::another_voice_is_refused(&speaker($kind));
            }

            #[test]
            fn odd_text_is_spoken_or_refused() {
                super::odd_text_is_spoken_or_refused(&speaker($kind));
            }

            #[test]
            fn a_sound_that_is_told_is_never_spelt() {
                super::a_sound_that_is_told_is_never_spelt(&speaker($kind));
            }

            #[test]
            fn plain_speech_passes_the_check() {
                super::plain_speech_passes_the_check(&speaker($kind));
            }
        }
    )*};
}

conformance!(
    tone: EngineKind::Tone,
    espeak: EngineKind::Espeak,
    hibari: EngineKind::Hibari,
    piper: EngineKind::Piper
);

const SENTENCE: &str = "The lamp went out, and somebody laughed.";
const LONG_SENTENCE: &str = "In the autumn of that year the river rose twice, and twice the people of the valley carried their chairs up to the church.";
/// A sentence takes a second at most; the checks of the suite run beside each other.
const PATIENCE: Duration = Duration::from_secs(150);

fn the_same_utterance_gives_the_same_clip(kind: EngineKind) {
    let first = speaker(kind);
    let clip = first.say(SENTENCE);
    assert_eq!(first.say(SENTENCE), clip, "again");
    // Other sentences between must not matter, nor must who speaks at the same time.
    std::thread::scope(|threads| {
        for number in 0..3 {
            let (first, clip) = (&first, &clip);
            threads.spawn(move || {
                first.say(&format!("Slot number {number} says something else."));
                assert_eq!(&first.say(SENTENCE), clip, "thread {number}");
            });
        }
    });
    let second = speaker(kind);
    assert_eq!(second.say(SENTENCE), clip, "a fresh engine");
    assert_eq!(second.engine.id(), first.engine.id());
}

fn twice_the_speed_is_half_as_long(speaker: &Speaker) {
    let mut utterance = speaker.utterance(LONG_SENTENCE);
    let normal = speaker.engine.synthesize(&utterance).unwrap();
    utterance.speed = "2.0".parse().unwrap();
    let fast = speaker.engine.synthesize(&utterance).unwrap();
    let ratio = fast.duration().as_secs_f64() / normal.duration().as_secs_f64();
    assert!((0.42..0.65).contains(&ratio), "{ratio}");
}

fn nothing_to_say_is_refused_for_good(speaker: &Speaker) {
    for text in ["", " ", "\n", "… — !", "***", "\u{1F642}", "\0"] {
        let result = speaker.engine.synthesize(&speaker.utterance(text));
        assert!(
            matches!(result, Err(SpeechError::Permanent(_))),
            "{text:?}: {result:?}"
        );
    }
}

fn another_voice_is_refused(speaker: &Speaker) {
    let names: Vec<_> = speaker.engine.voices().iter().map(|v| &*v.name).collect();
    assert!(names.contains(&&*speaker.choice.voice), "{names:?}");
    for voice in ["nobody", "", "../etc", "-h"] {
        let utterance = Utterance {
            voice: voice.into(),
            ..speaker.utterance(SENTENCE)
        };
        match speaker.engine.synthesize(&utterance) {
            Err(SpeechError::Permanent(reason)) => {
                assert!(reason.contains(&format!("`{voice}`")), "{reason}");
            }
            other => panic!("{voice}: {other:?}"),
        }
    }
}

fn plain_speech_passes_the_check(speaker: &Speaker) {
    let mut check = ClipCheck::default();
    for text in [
        "No.",
        "“Why, then,” she asked, “did you ever come back?”",
        "He counted 1,250 sheep; 17 of them were black (or so he said).",
        SENTENCE,
    ] {
        let clip = speaker.say(text);
        assert_eq!(check.judge(text, &clip), Ok(()), "{text}");
        let loudest = clip.samples().iter().map(|s| s.unsigned_abs()).max();
        assert!(loudest > Some(1_000), "{text}: loudest {loudest:?}");
    }
}

/// Whether an engine takes phonemes or not: the word is as long as it is usually.
fn a_sound_that_is_told_is_never_spelt(speaker: &Speaker) {
    let length = |text: &str| speaker.say(text).duration().as_secs_f64();
    let usual = length("They asked Hermione about it.");
    for ipa in ["hɜːˈmaɪəni", "ǂʘɮ", "ˈhɜːɹ.mi.oʊn"] {
        let told = length(&format!("They asked [Hermione](/{ipa}/) about it."));
        assert!(
            (told / usual - 1.0).abs() < 0.4,
            "{ipa}: {told}, not {usual}"
        );
    }
}

fn odd_text_is_spoken_or_refused(speaker: &Speaker) {
    let long_word = "abcdefghij".repeat(100);
    let many_digits = "1234567890".repeat(5);
    let odd = [
        "-h",
        "--version -v",
        "[[hello]] [[[wɜːd and [word](/wɜːd/)",
        "a\u{1}b\u{7} bell\0 null \u{1B}[0m escape\r\nnext line\ttab",
        "<speak><break time=\"5s\"/>tags &amp; entities</speak>",
        "A smile \u{1F642}\u{200D}\u{2642}\u{FE0F} between words",
        "Привет, мир!",
        "你好，世界。",
        "“مرحبا بالعالم”, she said, and everybody in the room fell silent.",
        "नमस्ते दुनिया",
        "\u{1D573}\u{1D58A}\u{1D591}\u{1D591}\u{1D594}",
        "Z\u{351}\u{36D}\u{343}a\u{310}\u{35A}l\u{308}\u{321}go",
        "\u{FEFF}byte \u{200B}order\u{AD}mark \u{202E}turned round\u{FFFD}",
        "%s %n $HOME `ls` \\ / | ; && ' \" done",
        "ＦＵＬＬ width １２３",
        &long_word,
        &many_digits,
    ];
    for text in odd {
        match within_patience(speaker, text) {
            Ok(clip) => {
                let judged = ClipCheck::default().judge(text, &clip);
                assert_eq!(judged, Ok(()), "{text:?}");
            }
            Err(SpeechError::Permanent(reason)) => {
                assert!(reason.len() > 10, "{text:?}: {reason}");
            }
            Err(error) => panic!("{text:?}: {error}"),
        }
    }
}

/// Speaks on a thread of its own, so that an engine which hangs fails the test.
fn within_patience(speaker: &Speaker, text: &str) -> Result<audiotome_core::Clip, SpeechError> {
    let (send, receive) = mpsc::channel();
    let (engine, utterance) = (speaker.engine.clone(), speaker.utterance(text));
    std::thread::spawn(move || send.send(engine.synthesize(&utterance)));
    match receive.recv_timeout(PATIENCE) {
        Ok(result) => result,
        Err(error) => panic!("{text:?}: no answer ({error})"),
    }
}

#[test]
fn a_voice_that_is_not_installed_is_not_opened() {
    for kind in [EngineKind::Piper, EngineKind::Hibari] {
        for voice in ["nobody", "", ".", "..", "../piper", "/etc/passwd", "a/b"] {
            let error = open_named(kind, voice).unwrap_err();
            let message = error.to_string();
            assert_eq!(
                message,
                format!("no voice `{voice}` of {kind} is installed")
            );
        }
    }
}
