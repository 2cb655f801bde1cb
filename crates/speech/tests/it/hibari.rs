//! The built-in neural voice.

use std::path::PathBuf;

use audiotome_core::Speed;
use audiotome_speech::{EngineKind, Hibari};

use crate::fixture::{speaker, voices};

fn hibari() -> Hibari {
    let folder: PathBuf = voices().path().join("hibari");
    Hibari::open(&folder).unwrap()
}

#[test]
fn english_has_the_phonemes_of_its_lexicon() {
    let hibari = hibari();
    for (text, expected) in [
        ("The sea was calm.", "ðə sˈi wʌz kˈɑm."),
        ("I read it; I will read it.", "ˌI ɹˈɛd ɪt; ˌI wɪl ɹˈid ɪt."),
        ("“Who’s there?”", "“hˌuz ðˈɛɹ?”"),
    ] {
        assert_eq!(hibari.phonemes(text).unwrap(), [expected], "{text}");
    }
}

#[test]
fn words_that_no_lexicon_has_are_read_too() {
    let hibari = hibari();
    for word in [
        "Zorblatt",
        "Kvothëa",
        "Khaleesi",
        "qwrtz",
        "Достоевский",
        "東京",
    ] {
        let pieces = hibari.phonemes(&format!("He met {word} there.")).unwrap();
        let phonemes = pieces.concat();
        assert!(!phonemes.contains('❓'), "{word}: {phonemes}");
        let rest = phonemes.chars().filter(|c| c.is_alphabetic()).count();
        let without = hibari.phonemes("He met there.").unwrap().concat();
        let least = without.chars().filter(|c| c.is_alphabetic()).count();
        assert!(rest > least + 2, "{word}: {phonemes}");
    }
}

#[test]
fn more_phonemes_than_the_network_was_trained_on_are_said_in_pieces() {
    let speaker = speaker(EngineKind::Hibari);
    let clause = "and then the old man walked slowly down to the harbour, ";
    let text = clause.repeat(12);
    let pieces = hibari().phonemes(&text).unwrap();
    assert!(pieces.len() > 1);
    assert!(pieces.iter().all(|piece| piece.chars().count() <= 400));
    assert!(
        pieces[0].ends_with(','),
        "cut inside a clause: {}",
        pieces[0]
    );
    let (one, all) = (speaker.seconds(clause), speaker.seconds(&text));
    assert!((8.0..13.0).contains(&(all / one)), "{all} s, {one} s");
}

#[test]
fn phonemes_that_do_not_exist_are_left_out() {
    let hibari = hibari();
    let plain = hibari.speak("həlˈO", Speed::NORMAL).unwrap();
    let odd = hibari.speak("hə\u{1F642}❓lˈO\0", Speed::NORMAL).unwrap();
    assert!(plain == odd);
    assert!(
        hibari
            .speak("", Speed::NORMAL)
            .is_ok_and(|sound| sound.iter().all(|s| s.is_finite()))
    );
}
