//! The rules of the repository that a compiler does not know.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which of our crates a crate may import.
const LAYERS: [(&str, &[&str]); 11] = [
    ("core", &[]),
    ("files", &[]),
    ("codec", &["core"]),
    ("queue", &["core", "codec"]),
    ("book", &["core"]),
    ("speech", &["core", "files", "codec"]),
    ("audio", &["core", "files", "codec"]),
    ("dispatch", &["core", "codec", "queue"]),
    (
        "production",
        &["core", "files", "book", "speech", "audio", "dispatch"],
    ),
    (
        "server",
        &[
            "core",
            "files",
            "codec",
            "book",
            "speech",
            "audio",
            "dispatch",
            "queue",
            "production",
        ],
    ),
    (
        "audiotome",
        &[
            "core",
            "files",
            "codec",
            "book",
            "speech",
            "audio",
            "dispatch",
            "queue",
            "production",
            "server",
        ],
    ),
];
const LONGEST_FILE: usize = 500;
const FORBIDDEN_NAMES: [&str; 7] = [
    "utils", "util", "common", "helpers", "prelude", "manager", "service",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Fuzzing builds beside its targets, and what it builds has source files.
        if path.is_dir() && !path.ends_with("target") {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn crates_import_only_the_layers_below() {
    let layers: BTreeMap<_, _> = LAYERS.into_iter().collect();
    for entry in fs_err::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap();
        let name = folder.file_name().into_string().unwrap();
        let allowed = layers
            .get(name.as_str())
            .unwrap_or_else(|| panic!("the crate `{name}` has no place in the layers"));
        let manifest = fs_err::read_to_string(folder.path().join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
        for line in dependencies
            .lines()
            .filter_map(|line| line.strip_prefix("audiotome-"))
        {
            let import = line.split(['.', ' ', '=']).next().unwrap();
            assert!(
                allowed.contains(&import),
                "`{name}` must not import `{import}`"
            );
        }
    }
}

#[test]
fn files_are_short_and_named_for_what_they_hold() {
    let mut files = Vec::new();
    rust_files(&root().join("crates"), &mut files);
    assert!(files.len() > 50);
    for file in files {
        let lines = fs_err::read_to_string(&file).unwrap().lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "{} has {lines} lines",
            file.display()
        );
        let stem = file.file_stem().unwrap().to_str().unwrap();
        assert!(
            !FORBIDDEN_NAMES.contains(&stem),
            "{} says nothing",
            file.display()
        );
    }
}

#[test]
fn the_map_shows_every_crate() {
    let map = fs_err::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (name, _) in LAYERS {
        assert!(
            map.contains(&format!("`{name}`")),
            "ARCHITECTURE.md does not show `{name}`"
        );
    }
}
