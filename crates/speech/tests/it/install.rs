//! Installing voices from files at hand.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use audiotome_core::Language;
use audiotome_speech::{
    Choice, EngineKind, InstallError, InstalledVoice, OpenError, Source, VoiceFolder, choose,
    install, open,
};
use tempfile::TempDir;

use crate::fixture::{self, JOE};

/// A folder to install into and one to install from.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) voices: VoiceFolder,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let voices = VoiceFolder::new(folder.path().join("voices"));
        Self { folder, voices }
    }

    /// A folder with copies of a voice's files to install from.
    fn copies(&self, installed: &str) -> PathBuf {
        let copies = self.folder.path().join("copies");
        std::fs::create_dir_all(&copies).unwrap();
        for file in std::fs::read_dir(fixture::voices().path().join(installed)).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copies.join(file.file_name())).unwrap();
        }
        copies
    }

    pub(crate) fn install(
        &self,
        name: &str,
        source: Source,
    ) -> Result<InstalledVoice, InstallError> {
        install(&self.voices, name, source, &mut |_, _| ())
    }

    fn install_from(&self, name: &str, path: &Path) -> Result<InstalledVoice, InstallError> {
        self.install(name, Source::Path(path.to_owned()))
    }

    /// Every file and folder of the voices, with what is in it.
    pub(crate) fn contents(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let mut contents = BTreeMap::new();
        let mut folders = vec![self.voices.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path.clone());
                    contents.insert(path, None);
                } else {
                    let bytes = std::fs::read(&path).unwrap();
                    contents.insert(path, Some(bytes));
                }
            }
        }
        contents
    }
}

fn changed(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    audiotome_files::write(path, &bytes).unwrap();
}

#[test]
fn a_voice_in_a_folder_is_installed_with_its_licence_and_speaks() {
    let place = Place::new();
    let copies = place.copies("hibari");
    let mut told = Vec::new();
    let source = Source::Path(copies);
    install(&place.voices, "Hibari", source, &mut |done, total| {
        told.push((done, total.unwrap()));
    })
    .unwrap();
    assert!(place.voices.path().join("hibari/LICENSE").is_file());
    let (last, total) = *told.last().unwrap();
    assert!(last == total && told.iter().all(|(done, _)| *done <= total));
    let choice = choose(&place.voices, &Language::new("en"), None, None).unwrap();
    assert_eq!(
        (choice.engine, &*choice.voice),
        (EngineKind::Hibari, "hibari")
    );
    open(&place.voices, &choice).unwrap();
}

#[test]
fn a_voice_in_an_archive_lies_in_any_folder_of_it() {
    let place = Place::new();
    let copies = place.copies("hibari");
    let path = place.folder.path().join("voice.zip");
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for name in ["NOTICE", "oov.onnx", "hibari.onnx"] {
        archive
            .start_file(format!("deep/../er/{name}"), options)
            .unwrap();
        let bytes = std::fs::read(copies.join(name)).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    audiotome_files::write(&path, &bytes).unwrap();
    place.install_from("hibari", &path).unwrap();
    let hibari = place.voices.path().join("hibari");
    assert!(hibari.join("NOTICE").is_file());
    assert!(!hibari.join("LICENSE").exists(), "it can be done without");

    // An archive with a damaged file, and one that is cut off.
    let before = place.contents();
    let whole = std::fs::read(&path).unwrap();
    changed(&path, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
    place.install_from("hibari", &path).unwrap_err();
    audiotome_files::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = place.install_from("hibari", &path).unwrap_err();
    assert!(matches!(error, InstallError::NoArchive { .. }), "{error}");
    assert_eq!(place.contents(), before);
}

#[test]
fn one_file_of_a_voice_stands_for_those_beside_it() {
    let place = Place::new();
    let model = fixture::voices()
        .path()
        .join(format!("piper/{JOE}/{JOE}.onnx"));
    let installed = place.install_from(&JOE.to_uppercase(), &model).unwrap();
    assert_eq!(installed.engine, EngineKind::Piper);
    assert_eq!(installed.voice.name, JOE);
    assert_eq!(installed.voice.language, Language::new("en-US"));
}

#[test]
fn a_file_that_differs_is_refused_and_the_old_voice_stays() {
    let place = Place::new();
    let copies = place.copies("hibari");
    place.install_from("hibari", &copies).unwrap();
    let before = place.contents();
    type Change = fn(&mut Vec<u8>);
    let damages: [(&str, Change, &str); 4] = [
        ("hibari.onnx", |b| b[5_000] ^= 1, "its digest is another"),
        (
            "oov.onnx",
            |b| b[2_975_019] ^= 0x80,
            "its digest is another",
        ),
        ("oov.onnx", |b| b.truncate(1_000), "it is shorter"),
        ("hibari.onnx", |b| b.push(0), "it is longer"),
    ];
    for (file, damage, expected) in damages {
        let path = copies.join(file);
        let whole = std::fs::read(&path).unwrap();
        changed(&path, damage);
        let error = place.install_from("hibari", &copies).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(expected), "{message}");
        assert!(message.contains(&*path.display().to_string()), "{message}");
        assert!(error.hint().is_some());
        assert_eq!(place.contents(), before, "{file}: {expected}");
        audiotome_files::write(&path, &whole).unwrap();
    }
    std::fs::remove_file(copies.join("oov.onnx")).unwrap();
    let error = place.install_from("hibari", &copies).unwrap_err();
    assert!(matches!(error, InstallError::NotThere { .. }), "{error}");
    assert_eq!(place.contents(), before);
}

#[test]
fn a_voice_that_cannot_be_installed_leaves_nothing() {
    let place = Place::new();
    let empty = tempfile::tempdir().unwrap();
    for name in ["hibari", JOE, "mine"] {
        let error = place.install_from(name, empty.path()).unwrap_err();
        assert!(matches!(error, InstallError::NotThere { .. }), "{error}");
    }
    let missing = empty.path().join("missing.whl");
    let error = place.install_from("hibari", &missing).unwrap_err();
    assert!(error.to_string().contains("missing.whl"), "{error}");
    let files = place.contents();
    assert!(files.values().all(Option::is_none), "{:?}", files.keys());
    assert!(
        place
            .voices
            .installed()
            .iter()
            .all(|v| v.engine == EngineKind::Espeak)
    );
}

#[test]
fn a_name_is_never_a_path() {
    let place = Place::new();
    let copies = place.copies(&format!("piper/{JOE}"));
    for name in [
        "", ".", "..", "../mine", "a/b", "/tmp/x", "a\\b", "a\0b", ".hidden", "c:x",
    ] {
        let error = place.install_from(name, &copies).unwrap_err();
        assert!(
            matches!(error, InstallError::UnknownVoice(_)),
            "{name}: {error}"
        );
    }
    let internet = Source::Internet { mirror: None };
    let error = place.install("mine", internet).unwrap_err();
    assert_eq!(error.to_string(), "there is no voice `mine` to install");
    assert!(error.hint().unwrap().contains("--from"));
    assert!(place.contents().is_empty());
}

#[test]
fn a_voice_of_ones_own_is_taken_as_it_is() {
    let place = Place::new();
    let copies = place.copies(&format!("piper/{JOE}"));
    for ending in ["onnx", "onnx.json"] {
        let from = copies.join(format!("{JOE}.{ending}"));
        std::fs::rename(from, copies.join(format!("my.own_voice.{ending}"))).unwrap();
    }
    let installed = place.install_from("my.own_voice", &copies).unwrap();
    assert_eq!(installed.voice.name, "my.own_voice");
    let choice = choose(&place.voices, &Language::new("en-GB"), None, None).unwrap();
    assert_eq!(choice.voice, "my.own_voice");
    open(&place.voices, &choice).unwrap();

    // A newer one that is broken doesn't replace it.
    let before = place.contents();
    audiotome_files::write(&copies.join("my.own_voice.onnx.json"), b"{}").unwrap();
    let error = place.install_from("my.own_voice", &copies).unwrap_err();
    assert!(
        matches!(error, InstallError::Voice(OpenError::BadVoice { .. })),
        "{error}"
    );
    assert_eq!(place.contents(), before);
}

#[test]
fn a_model_that_is_none_is_refused_when_it_is_opened() {
    let place = Place::new();
    let copies = place.copies(&format!("piper/{JOE}"));
    std::fs::copy(
        copies.join(format!("{JOE}.onnx.json")),
        copies.join("pointer.onnx.json"),
    )
    .unwrap();
    let pointer = b"version https://git-lfs.github.com/spec/v1\n";
    audiotome_files::write(&copies.join("pointer.onnx"), pointer).unwrap();
    place.install_from("pointer", &copies).unwrap();
    let choice = Choice {
        engine: EngineKind::Piper,
        voice: "pointer".to_owned(),
        advice: None,
    };
    match open(&place.voices, &choice).map(|_| ()) {
        Err(OpenError::BadVoice { voice, .. }) => assert_eq!(voice, "pointer"),
        other => panic!("{other:?}"),
    }
}
