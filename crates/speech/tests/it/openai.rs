//! Speech servers of others, with their habits.

use std::collections::HashMap;
use std::sync::Arc;

use audiotome_codec::{flac, wav};
use audiotome_core::{Clip, Language, SpeechEngine as _, SpeechError, Speed, Utterance};
use audiotome_speech::OpenAi;

use crate::site::{Answer, Site};

fn clip() -> Clip {
    let samples = (0..24_000).map(|i| if i % 80 < 40 { 5_000 } else { -5_000 });
    Clip::new(24_000, samples.collect()).unwrap()
}

fn speak(answer: Answer, settings: &str) -> (Result<Clip, SpeechError>, Vec<String>) {
    let site = Site::open(HashMap::from([("/v1/audio/speech".to_owned(), answer)]));
    let address = format!("openai+{}/v1?model=m&voice=v{settings}", site.address());
    let engine = OpenAi::new(address.parse().unwrap(), None);
    assert_eq!(engine.id().to_string(), "openai/m");
    let spoken = engine.synthesize(&Utterance {
        text: "Hello there.".into(),
        voice: engine.voices()[0].name.as_str().into(),
        language: Language::new("en"),
        speed: Speed::NORMAL,
    });
    (spoken, site.asked())
}

#[test]
fn wav_flac_and_raw_samples_are_known_by_their_bytes() {
    let pcm: Vec<u8> = clip()
        .samples()
        .iter()
        .flat_map(|s| s.to_le_bytes())
        .collect();
    for (bytes, settings) in [
        (wav::encode(&clip()), ""),
        (flac::encode(&clip()), ""),
        (wav::encode(&clip()), "&format=flac"),
        (pcm, "&format=pcm&rate=24000"),
    ] {
        let (spoken, asked) = speak(Answer::Whole(Arc::new(bytes)), settings);
        assert_eq!(spoken, Ok(clip()), "{settings}");
        assert_eq!(asked, ["/v1/audio/speech"]);
    }
}

#[test]
fn nonsense_may_be_tried_again_and_names_itself() {
    let page = b"<html>It works!</html>".to_vec();
    let (spoken, _) = speak(Answer::Whole(Arc::new(page)), "");
    let Err(SpeechError::Transient(reason)) = spoken else {
        panic!("{spoken:?}");
    };
    assert!(reason.contains("<html>"), "{reason}");
}

#[test]
fn a_server_in_trouble_is_away_and_a_refusal_is_final() {
    for status in [429, 503] {
        let (spoken, _) = speak(Answer::Status(status), "");
        assert!(matches!(spoken, Err(SpeechError::Busy(_))), "{spoken:?}");
    }
    let (spoken, _) = speak(Answer::Status(500), "");
    assert!(
        matches!(spoken, Err(SpeechError::Unavailable(_))),
        "{spoken:?}"
    );
    for (status, way_out) in [
        (401, "AUDIOTOME_OPENAI_KEY"),
        (403, "AUDIOTOME_OPENAI_KEY"),
        (404, "/v1/audio/speech"),
    ] {
        let (spoken, _) = speak(Answer::Status(status), "");
        let Err(SpeechError::Unusable(reason)) = spoken else {
            panic!("{status}: {spoken:?}");
        };
        assert!(reason.contains(way_out), "{reason}");
    }
    let (spoken, _) = speak(Answer::HangUp, "");
    assert!(
        matches!(spoken, Err(SpeechError::Unavailable(_))),
        "{spoken:?}"
    );
    for status in [400, 422] {
        let (spoken, _) = speak(Answer::Status(status), "");
        assert!(
            matches!(spoken, Err(SpeechError::Permanent(_))),
            "{status}: {spoken:?}"
        );
    }
}

#[test]
fn a_machine_that_is_off_is_not_available() {
    let engine = OpenAi::new("openai+http://127.0.0.1:1/v1".parse().unwrap(), Some("x"));
    assert!(matches!(
        engine.available(),
        Err(SpeechError::Unavailable(_))
    ));
    let site = Site::open(HashMap::new());
    let address = format!("openai+{}/v1", site.address());
    let engine = OpenAi::new(address.parse().unwrap(), None);
    assert_eq!(engine.available(), Ok(()), "it answers, if only with 404");
    let locked = HashMap::from([("/v1/models".to_owned(), Answer::Status(401))]);
    let site = Site::open(locked);
    let address = format!("openai+{}/v1", site.address());
    let engine = OpenAi::new(address.parse().unwrap(), None);
    assert!(matches!(engine.available(), Err(SpeechError::Unusable(_))));
}
