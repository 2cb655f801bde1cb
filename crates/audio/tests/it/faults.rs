//! Disks that are full or may not be written to.

use std::env;
use std::path::Path;
use std::process::Command;

use audiotome_audio::{
    AacEncoder, AudioError, FolderStore, OutputFormat, Target, encode_chapter, publish,
};
use audiotome_core::{AudioStore as _, StoreError};

use crate::fixture::{Fixture, book, chirp_clip, tone};

const FULL_DISK: &str = "AUDIOTOME_TEST_FULL_DISK";

async fn small() -> Fixture {
    book(vec![(
        "One".to_owned(),
        vec![chirp_clip(), tone(8.0, 9_000.0)],
    )])
    .await
}

/// Runs one test of this program again, in a process that may write no file larger than 16 KiB.
fn on_a_full_disk(test: &str) {
    let script = "trap '' XFSZ; ulimit -f 32; exec \"$0\" --exact \"$1\" --ignored --nocapture";
    let run = Command::new("sh")
        .args(["-c", script])
        .arg(env::current_exe().unwrap())
        .arg(test)
        .env(FULL_DISK, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{run:?}");
}

fn names_the_file(error: &AudioError, path: &Path) {
    let AudioError::File {
        path: named,
        source,
        ..
    } = error
    else {
        panic!("{error}");
    };
    assert_eq!(named, path);
    assert_eq!(source.kind(), std::io::ErrorKind::FileTooLarge);
}

#[test]
fn a_full_disk_leaves_no_chapter() {
    on_a_full_disk("faults::chapter_on_a_full_disk");
}

#[tokio::test]
#[ignore = "run by `a_full_disk_leaves_no_chapter` in a process of its own"]
async fn chapter_on_a_full_disk() {
    assert!(env::var_os(FULL_DISK).is_some());
    let fixture = small().await;
    for format in [OutputFormat::M4b, OutputFormat::Flac] {
        for encoder in [AacEncoder::default(), AacEncoder::Ffmpeg] {
            let assembly = fixture.assembly(format).with_aac(encoder);
            let failed = encode_chapter(&fixture.store, &fixture.plan, 0, &assembly).await;
            let error = failed.unwrap_err();
            assert!(
                matches!(&error, AudioError::File { path, .. } if path.starts_with(assembly.work())),
                "{error:?}"
            );
            assert_eq!(fs_err::read_dir(assembly.work()).unwrap().count(), 0);
        }
    }
}

#[test]
fn a_full_disk_leaves_no_audiobook() {
    on_a_full_disk("faults::audiobook_on_a_full_disk");
}

#[tokio::test]
#[ignore = "run by `a_full_disk_leaves_no_audiobook` in a process of its own"]
async fn audiobook_on_a_full_disk() {
    assert!(env::var_os(FULL_DISK).is_some());
    // Too short to fill the disk by itself, but not twice and as WAV.
    let fixture = book(vec![("One".to_owned(), vec![tone(0.9, 9_000.0)])]).await;
    let assembly = fixture.assembly(OutputFormat::Wav);
    let chapters = fixture.encode(&assembly).await;
    let file = fixture.folder.path().join("out/book.wav");
    let target = Target::File(file.clone());
    let published = publish(
        fixture.audiobook(&chapters),
        OutputFormat::Wav,
        &target,
        &assembly,
    )
    .await;
    names_the_file(&published.unwrap_err(), &file);
    assert_eq!(fs_err::read_dir(file.parent().unwrap()).unwrap().count(), 0);
}

#[test]
fn a_full_disk_leaves_no_clip() {
    on_a_full_disk("faults::clip_on_a_full_disk");
}

#[tokio::test]
#[ignore = "run by `a_full_disk_leaves_no_clip` in a process of its own"]
async fn clip_on_a_full_disk() {
    assert!(env::var_os(FULL_DISK).is_some());
    let fixture = small().await;
    let root = fixture.folder.path().join("clips");
    let store = FolderStore::open(root.clone()).unwrap();
    let key = fixture.plan.segments[0].key;
    let error = store.put(&key, tone(8.0, 9_000.0)).await.unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    assert!(error.to_string().contains(&key.to_string()), "{error}");
    assert_eq!(store.missing(&[key]).await.unwrap(), [key]);
    let shelf = root.join(&key.to_string()[..2]);
    assert_eq!(fs_err::read_dir(shelf).unwrap().count(), 0);
    store.put(&key, chirp_clip()).await.unwrap();
    assert_eq!(
        store.get(&key).await.unwrap(),
        Some(chirp_clip()),
        "it goes on after that"
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let fixture = small().await;
    let assembly = fixture.assembly(OutputFormat::M4b);
    let chapters = fixture.encode(&assembly).await;
    let blocker = fixture.folder.path().join("file");
    audiotome_files::write(&blocker, b"no folder").unwrap();
    for file in [blocker.join("book.m4b"), "/proc/nowhere/book.m4b".into()] {
        let target = Target::File(file.clone());
        let book = fixture.audiobook(&chapters);
        let error = publish(book, OutputFormat::M4b, &target, &assembly)
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("can't write `{}`", file.display())
        );
    }
    let error = FolderStore::open(blocker.join("clips")).unwrap_err();
    assert!(
        error.to_string().contains(&*blocker.to_string_lossy()),
        "{error}"
    );
}

#[tokio::test]
async fn an_audiobook_that_fails_leaves_the_old_one() {
    let fixture = small().await;
    let (file, _) = fixture.publish(OutputFormat::M4b).await;
    let old = fs_err::read(&file).unwrap();
    let assembly = fixture.assembly(OutputFormat::M4b);
    let mut chapters = fixture.encode(&assembly).await;
    let broken = fixture.folder.path().join("broken.aac");
    audiotome_files::write(&broken, b"no packets").unwrap();
    chapters[0].path = broken;
    let target = Target::File(file.clone());
    let book = fixture.audiobook(&chapters);
    let error = publish(book, OutputFormat::M4b, &target, &assembly)
        .await
        .unwrap_err();
    assert!(matches!(error, AudioError::Ffmpeg { .. }), "{error}");
    assert_eq!(fs_err::read(&file).unwrap(), old);
    assert_eq!(fs_err::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    assert_eq!(
        fs_err::read_dir(assembly.work()).unwrap().count(),
        2,
        "the chapter and what is known of it"
    );
}
