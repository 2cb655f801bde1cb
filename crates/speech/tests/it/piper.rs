//! Piper voices.

use audiotome_speech::EngineKind;

use crate::fixture::speaker;

#[test]
fn punctuation_is_heard() {
    let joe = speaker(EngineKind::Piper);
    let plain = joe.say("You are going home");
    let asked = joe.say("You are going home?");
    assert_ne!(plain, joe.say("You are going home."));
    assert_ne!(plain, asked);
    assert_ne!(asked, joe.say("You are going home!"));
    // A comma is a pause.
    let (without, with) = (
        joe.seconds("Yes my dear old friend I know"),
        joe.seconds("Yes, my dear, old friend, I know"),
    );
    assert!(with > without + 0.1, "{with} s, {without} s");
}

#[test]
fn sentences_follow_each_other_with_a_pause() {
    let joe = speaker(EngineKind::Piper);
    let parts = ["It rained.", "Nobody came!", "Where were they?"];
    let apart: f64 = parts.iter().map(|part| joe.seconds(part)).sum();
    let together = joe.seconds(&parts.join(" "));
    assert!(
        (together - apart - 0.4).abs() < 0.01,
        "{together} s, {apart} s"
    );
}

#[test]
fn a_sentence_without_end_is_said_in_pieces() {
    let joe = speaker(EngineKind::Piper);
    let clause = "and then the old man walked down to the harbour ";
    let (one, many) = (joe.seconds(clause), joe.seconds(&clause.repeat(12)));
    assert!((8.0..14.0).contains(&(many / one)), "{many} s, {one} s");
}

#[test]
fn brackets_are_no_phoneme_names() {
    let joe = speaker(EngineKind::Piper);
    let word = joe.seconds("hello");
    for text in ["[[hello]]", "[[[hello"] {
        let seconds = joe.seconds(text);
        assert!(
            (seconds - word).abs() < 0.4,
            "{text}: {seconds} s, {word} s"
        );
    }
}
