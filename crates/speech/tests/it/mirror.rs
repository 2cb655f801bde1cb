//! Installing voices over the network.

use std::collections::HashMap;
use std::sync::Arc;

use audiotome_speech::{InstallError, InstalledVoice, Source};

use crate::fixture::{self, JOE};
use crate::install::Place;
use crate::site::{Answer, Site};

/// Where a mirror has the files of the voice.
const FOLDER: &str = "/en/en_US/joe/medium/";

fn file(ending: &str) -> Arc<Vec<u8>> {
    let name = format!("piper/{JOE}/{JOE}.{ending}");
    Arc::new(std::fs::read(fixture::voices().path().join(name)).unwrap())
}

/// A site that has the description whole, and the model as `model` says.
fn site(model: Answer) -> Site {
    let at = |ending: &str| format!("{FOLDER}{JOE}.{ending}");
    Site::open(HashMap::from([
        (at("onnx"), model),
        (at("onnx.json"), Answer::Whole(file("onnx.json"))),
    ]))
}

fn install(place: &Place, site: &Site) -> Result<InstalledVoice, InstallError> {
    let mirror = Some(format!("{}/", site.address()));
    place.install(JOE, Source::Internet { mirror })
}

#[test]
fn a_mirror_stands_in_for_the_site() {
    let place = Place::new();
    let site = site(Answer::Whole(file("onnx")));
    let installed = install(&place, &site).unwrap();
    assert_eq!(installed.voice.name, JOE);
    let names = [
        &format!("{JOE}.onnx"),
        &format!("{JOE}.onnx.json"),
        "MODEL_CARD",
    ];
    assert_eq!(site.asked(), names.map(|name| format!("{FOLDER}{name}")));
    // The card is optional, and the site has none.
    assert_eq!(place.contents().values().flatten().count(), 2);
}

#[test]
fn a_transfer_that_fails_leaves_the_old_voice() {
    let place = Place::new();
    let model = file("onnx");
    install(&place, &site(Answer::Unmeasured(Arc::clone(&model)))).unwrap();
    let before = place.contents();
    let mut damaged = model.to_vec();
    damaged[1_000_000] ^= 1;
    let half = Arc::new(model[..model.len() / 2].to_vec());
    for (answer, expected) in [
        (Answer::Half(Arc::clone(&model)), "to its end"),
        (Answer::HalfInChunks(Arc::clone(&model)), "to its end"),
        (Answer::Unmeasured(half), "it is shorter"),
        (Answer::Whole(Arc::new(damaged)), "its digest is another"),
        (Answer::Status(404), "there is no `"),
        (Answer::Status(503), "can't download"),
        (Answer::HangUp, "can't download"),
    ] {
        let site = site(answer);
        let error = install(&place, &site).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(expected), "{expected}: {message}");
        assert!(message.contains(site.address()), "{message}");
        assert!(error.hint().unwrap().contains("mirror") || expected.starts_with("it"));
        assert!(place.contents() == before, "{expected}");
    }
}

#[test]
fn a_site_that_is_not_there_is_named() {
    let place = Place::new();
    let mirror = Some("http://127.0.0.1:9".to_owned());
    let error = place.install(JOE, Source::Internet { mirror }).unwrap_err();
    assert!(
        error.to_string().contains("`http://127.0.0.1:9/en/"),
        "{error}"
    );
    assert!(place.contents().values().all(Option::is_none));
}
