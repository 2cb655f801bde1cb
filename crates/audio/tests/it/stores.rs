//! One suite for every store.

use std::time::{Duration, SystemTime};

use audiotome_audio::{FolderStore, MemoryStore, StoreAddress};
use audiotome_codec::flac;
use audiotome_core::{AudioStore, Clip, SegmentKey, StoreError};
use tempfile::TempDir;

fn key(number: u8) -> SegmentKey {
    format!("{number:02x}").repeat(32).parse().unwrap()
}

fn clip(value: i16) -> Clip {
    let samples = (0..5_000).map(|i| value.wrapping_add(i % 50 * 20));
    Clip::new(22_050, samples.collect()).unwrap()
}

fn folder() -> (TempDir, FolderStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path().join("clips")).unwrap();
    (folder, store)
}

async fn gives_what_was_put(store: &dyn AudioStore) {
    assert_eq!(store.get(&key(1)).await.unwrap(), None);
    store.put(&key(1), clip(1)).await.unwrap();
    store.put(&key(2), clip(2)).await.unwrap();
    assert_eq!(store.get(&key(1)).await.unwrap(), Some(clip(1)));
    assert_eq!(store.get(&key(2)).await.unwrap(), Some(clip(2)));
}

async fn keeps_the_first_clip(store: &dyn AudioStore) {
    store.put(&key(1), clip(1)).await.unwrap();
    store.put(&key(1), clip(2)).await.unwrap();
    assert_eq!(store.get(&key(1)).await.unwrap(), Some(clip(1)));
}

async fn names_the_missing_in_order(store: &dyn AudioStore) {
    store.put(&key(2), clip(2)).await.unwrap();
    let missing = store.missing(&[key(3), key(2), key(1), key(3)]).await;
    assert_eq!(missing.unwrap(), [key(3), key(1), key(3)]);
}

async fn takes_many_puts_at_once(store: &dyn AudioStore) {
    let puts = (0..16).map(|i| async move { store.put(&key(1), clip(i)).await });
    let mut first = None;
    for put in futures_in_a_row(puts).await {
        put.unwrap();
        let found = store.get(&key(1)).await.unwrap().unwrap();
        assert_eq!(*first.get_or_insert_with(|| found.clone()), found);
    }
    assert!((0..16).any(|i| Some(clip(i)) == first));
}

/// Polls all of them before it waits for any.
async fn futures_in_a_row<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(move |context| {
        running.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => {
                done.push(output);
                false
            }
            std::task::Poll::Pending => true,
        });
        if running.is_empty() {
            std::task::Poll::Ready(std::mem::take(&mut done))
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

macro_rules! store_suite {
    ($($test:ident)*) => {
        mod memory {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&super::MemoryStore::default()).await;
            })*
        }
        mod folder {
            $(#[tokio::test]
            async fn $test() {
                let (_folder, store) = super::folder();
                super::$test(&store).await;
            })*
        }
    };
}

store_suite! {
    gives_what_was_put
    keeps_the_first_clip
    names_the_missing_in_order
    takes_many_puts_at_once
}

#[tokio::test]
async fn clips_survive_the_process_and_lie_where_documented() {
    let (folder, store) = folder();
    store.put(&key(0xab), clip(1)).await.unwrap();
    drop(store);
    let file = format!("clips/ab/{}.flac", "ab".repeat(32));
    assert!(folder.path().join(file).is_file());
    let store = FolderStore::open(folder.path().join("clips")).unwrap();
    assert_eq!(store.get(&key(0xab)).await.unwrap(), Some(clip(1)));
}

#[tokio::test]
async fn a_damaged_clip_is_reported_once_and_then_missing() {
    let (folder, store) = folder();
    let path = folder
        .path()
        .join(format!("clips/07/{}.flac", "07".repeat(32)));
    let whole = flac::encode(&clip(7));
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    for bytes in [
        &whole[..whole.len() - 1],
        &whole[..60],
        &flipped,
        b"",
        b"RIFF",
    ] {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        audiotome_files::write(&path, bytes).unwrap();
        assert_eq!(store.missing(&[key(7)]).await.unwrap(), []);
        let error = store.get(&key(7)).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Damaged { key: damaged, .. } if damaged == key(7)),
            "{error}"
        );
        assert_eq!(store.missing(&[key(7)]).await.unwrap(), [key(7)]);
        assert_eq!(store.get(&key(7)).await.unwrap(), None);
    }
    store.put(&key(7), clip(7)).await.unwrap();
    assert_eq!(store.get(&key(7)).await.unwrap(), Some(clip(7)));
}

#[tokio::test]
async fn what_a_crash_left_behind_is_ignored_and_then_cleaned() {
    let (folder, store) = folder();
    store.put(&key(7), clip(7)).await.unwrap();
    let of_a_crash = folder.path().join("clips/07/.audiotome-Xy12.flac");
    let being_written = folder.path().join("clips/07/.audiotome-Zz34.flac");
    for path in [&of_a_crash, &being_written] {
        audiotome_files::write(path, b"fLaC half").unwrap();
    }
    let yesterday = SystemTime::now() - Duration::from_secs(24 * 60 * 60);
    let file = std::fs::File::options()
        .write(true)
        .open(&of_a_crash)
        .unwrap();
    file.set_modified(yesterday).unwrap();
    assert_eq!(store.missing(&[key(7)]).await.unwrap(), []);

    let store = FolderStore::open(folder.path().join("clips")).unwrap();
    assert!(!of_a_crash.exists() && being_written.exists());
    assert_eq!(store.get(&key(7)).await.unwrap(), Some(clip(7)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_stores_on_one_folder_may_put_the_same_key() {
    let (folder, first) = folder();
    let second = FolderStore::open(folder.path().join("clips")).unwrap();
    for round in 0..20 {
        let (a, b) = (first.clone(), second.clone());
        let puts = [
            tokio::spawn(async move { a.put(&key(round), clip(1)).await }),
            tokio::spawn(async move { b.put(&key(round), clip(1)).await }),
        ];
        for put in puts {
            put.await.unwrap().unwrap();
        }
        assert_eq!(first.get(&key(round)).await.unwrap(), Some(clip(1)));
    }
    let files = fs_err::read_dir(folder.path().join("clips/07")).unwrap();
    assert_eq!(files.count(), 1, "no staged file is left");
}

#[tokio::test]
async fn a_shared_folder_that_is_another_one_later_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (share, aside) = (folder.path().join("share"), folder.path().join("aside"));
    let address = StoreAddress::Folder(share.clone());
    let opened = address.open().await.unwrap().unwrap();
    opened.store.put(&key(1), clip(1)).await.unwrap();
    fs_err::rename(&share, &aside).unwrap();
    let is_away = async || {
        let errors = [
            opened.store.missing(&[key(1)]).await.err(),
            opened.store.get(&key(1)).await.err(),
            opened.store.put(&key(2), clip(2)).await.err(),
        ];
        assert!(
            errors
                .iter()
                .all(|error| matches!(error, Some(StoreError::Io { .. }))),
            "{errors:?}"
        );
    };
    is_away().await;
    assert!(!share.exists());
    fs_err::create_dir(&share).unwrap();
    is_away().await;
    assert_eq!(fs_err::read_dir(&share).unwrap().count(), 0);
    let other = address.open().await.unwrap().unwrap();
    is_away().await;
    assert_ne!(other.id, opened.id);
    fs_err::remove_dir_all(&share).unwrap();
    fs_err::rename(&aside, &share).unwrap();
    assert_eq!(opened.store.missing(&[key(1)]).await.unwrap(), []);
    opened.store.put(&key(2), clip(2)).await.unwrap();
    assert_eq!(address.open().await.unwrap().unwrap().id, opened.id);
}
