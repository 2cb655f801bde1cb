//! The voices that `audiotome voices install` knows, with the digests of their files.

use std::sync::LazyLock;

use audiotome_core::Language;
use sha2::digest::DynDigest;

use crate::EngineKind;

/// A voice that can be installed.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(crate) engine: EngineKind,
    pub(crate) name: String,
    pub(crate) language: Language,
    pub(crate) description: String,
    pub(crate) origin: Origin,
    pub(crate) assets: Vec<Asset>,
}

/// Where the files of a voice are on the internet.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// One by one below this address.
    Files {
        /// The address, without a slash at its end; a mirror stands in for it.
        base: &'static str,
    },
    /// Together in a Python package: name and version as pip takes them.
    PythonPackage {
        /// `name==version`.
        package: &'static str,
    },
}

/// One file.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    /// Its name in the voice's folder, and in an archive.
    pub(crate) name: String,
    /// Its address below the origin's.
    pub(crate) path: String,
    /// Its length in bytes.
    pub(crate) size: u64,
    /// What it must be.
    pub(crate) checksum: Checksum,
    /// A card or licence: good to have, and the voice speaks without it.
    pub(crate) optional: bool,
}

/// What the bytes of a file add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checksum {
    /// SHA-256 in hexadecimal.
    Sha256(&'static str),
    /// MD5 in hexadecimal: all that the list of Piper's voices gives. Together with the length it
    /// tells a damaged or another file; the list itself came from a signed package.
    Md5(&'static str),
    /// A voice of the user's own: nobody knows what its files are, so they are what they are.
    Unlisted,
}

/// A digest in the making.
pub(crate) struct Sum {
    expected: &'static str,
    hasher: Option<Box<dyn DynDigest>>,
}

const PIPER_BASE: &str = "https://huggingface.co/rhasspy/piper-voices/resolve/main";
const HIBARI_PACKAGE: &str = "hibari-tts==0.2.1";

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let piper = include_str!("piper.tsv").lines();
    let piper = piper.filter(|line| !line.starts_with('#')).map(piper_entry);
    std::iter::once(hibari_entry()).chain(piper).collect()
});

/// All of them; of each language the recommended ones first.
#[must_use]
pub fn entries() -> &'static [Entry] {
    &ENTRIES
}

/// The voice called `name`, in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    let same = |entry: &&Entry| entry.name.eq_ignore_ascii_case(name);
    entries().iter().find(same)
}

/// The recommended voice for a language: of the better engine, then of its region if there is one.
#[must_use]
pub fn best(language: &Language) -> Option<&'static Entry> {
    best_of(None, language)
}

/// The recommended voice of an engine, or of any.
pub(crate) fn best_of(engine: Option<EngineKind>, language: &Language) -> Option<&'static Entry> {
    entries()
        .iter()
        .filter(|entry| engine.is_none_or(|engine| entry.engine == engine))
        .filter(|entry| same_language(&entry.language, language))
        .min_by_key(|entry| (entry.engine.rank(), entry.language != *language))
}

/// Whether both tags name one language, whatever the region and script.
pub(crate) fn same_language(a: &Language, b: &Language) -> bool {
    // Norwegian is tagged as a whole and by its written forms, Chinese also by its main tongue.
    let plain = |language: &Language| match language.primary() {
        "nb" | "nn" => "no".to_owned(),
        "cmn" => "zh".to_owned(),
        other => other.to_owned(),
    };
    plain(a) == plain(b)
}

impl Entry {
    /// The engine that speaks with it.
    #[must_use]
    pub fn engine(&self) -> EngineKind {
        self.engine
    }

    /// What `voices install` and `--voice` take.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The language that it speaks.
    #[must_use]
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// One line for people.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Bytes of its files.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.assets.iter().map(|asset| asset.size).sum()
    }
}

impl Entry {
    /// Whether this is a voice of the user's own, of which nothing is known.
    pub(crate) fn is_own(&self) -> bool {
        self.assets
            .iter()
            .all(|asset| asset.checksum == Checksum::Unlisted)
    }
}

impl Checksum {
    /// Begins to add up the bytes of a file.
    pub(crate) fn sum(self) -> Sum {
        let (expected, hasher): (_, Option<Box<dyn DynDigest>>) = match self {
            Self::Sha256(hex) => (hex, Some(Box::<sha2::Sha256>::default())),
            Self::Md5(hex) => (hex, Some(Box::<md5::Md5>::default())),
            Self::Unlisted => ("", None),
        };
        Sum { expected, hasher }
    }
}

impl Sum {
    /// Adds more of the file.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
    }

    /// Whether the bytes are the file that is known.
    pub(crate) fn fits(self) -> bool {
        let Some(hasher) = self.hasher else {
            return true;
        };
        let digest = hasher.finalize();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        hex == self.expected
    }
}

/// The built-in voice: the files of the Python package that its author publishes it with.
fn hibari_entry() -> Entry {
    let asset = |(name, size, sha256): (&str, u64, _)| Asset {
        name: name.to_owned(),
        path: name.to_owned(),
        size,
        checksum: Checksum::Sha256(sha256),
        optional: !name.ends_with(".onnx"),
    };
    Entry {
        engine: EngineKind::Hibari,
        name: "hibari".to_owned(),
        language: Language::new("en-US"),
        description: "English (United States), neural, 24 kHz".to_owned(),
        origin: Origin::PythonPackage {
            package: HIBARI_PACKAGE,
        },
        assets: HIBARI_ASSETS.map(asset).into(),
    }
}

/// A Piper voice that the catalogue doesn't have.
pub(crate) fn own_piper_entry(key: &str) -> Entry {
    let asset = |name: String, optional| Asset {
        path: name.clone(),
        name,
        size: 0,
        checksum: Checksum::Unlisted,
        optional,
    };
    Entry {
        engine: EngineKind::Piper,
        name: key.to_owned(),
        language: Language::undetermined(),
        description: String::new(),
        origin: Origin::Files { base: PIPER_BASE },
        assets: vec![
            asset(format!("{key}.onnx"), false),
            asset(format!("{key}.onnx.json"), false),
            asset("MODEL_CARD".to_owned(), true),
        ],
    }
}

/// Name, bytes and SHA-256.
const HIBARI_ASSETS: [(&str, u64, &str); 4] = [
    (
        "hibari.onnx",
        7_936_868,
        "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8",
    ),
    (
        "oov.onnx",
        2_975_020,
        "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76",
    ),
    (
        "LICENSE",
        11_358,
        "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
    ),
    (
        "NOTICE",
        2_429,
        "971f53a04730ac7a4de33b3c9586e0347e4487f3a8aafd0fb3c1d074a3426adc",
    ),
];

/// An entry of a line of `piper.tsv`.
fn piper_entry(line: &'static str) -> Entry {
    let mut columns = line.split('\t');
    let mut next = || columns.next().expect("piper.tsv has eight columns");
    let (key, language) = (next(), next());
    let (code, name, quality) = key_parts(key).expect("keys have three parts");
    let family = code.split('_').next().unwrap_or(code);
    let folder = format!("{family}/{code}/{name}/{quality}");
    let mut asset = |name: String, optional| Asset {
        path: format!("{folder}/{name}"),
        name,
        size: next().parse().expect("lengths are numbers"),
        checksum: Checksum::Md5(next()),
        optional,
    };
    let assets = vec![
        asset(format!("{key}.onnx"), false),
        asset(format!("{key}.onnx.json"), false),
        asset("MODEL_CARD".to_owned(), true),
    ];
    Entry {
        engine: EngineKind::Piper,
        name: key.to_owned(),
        language: Language::new(code),
        description: format!("{language}, {name}, neural, {quality} quality"),
        origin: Origin::Files { base: PIPER_BASE },
        assets,
    }
}

/// Language, speaker and quality of a key: `en_US`, `lessac` and `medium`.
pub(crate) fn key_parts(key: &str) -> Option<(&str, &str, &str)> {
    let (code, rest) = key.split_once('-')?;
    let (name, quality) = rest.rsplit_once('-')?;
    Some((code, name, quality))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_files_with_whole_digests() {
        assert!(entries().len() > 100);
        for entry in entries() {
            assert!(!entry.language.is_undetermined(), "{}", entry.name);
            assert!(entry.assets.iter().any(|asset| !asset.optional));
            for asset in &entry.assets {
                let sum = asset.checksum.sum();
                let length = sum.hasher.map(|hasher| hasher.output_size() * 2);
                assert_eq!(Some(sum.expected.len()), length, "{}", entry.name);
                assert!(sum.expected.bytes().all(|b| b.is_ascii_hexdigit()));
                assert!(asset.size > 0 && !asset.name.contains('/'));
            }
        }
        let mut names: Vec<_> = entries().iter().map(|entry| &entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), entries().len());
    }

    #[test]
    fn files_lie_where_piper_keeps_them() {
        let assets = &find("EN_gb-northern_english_male-medium").unwrap().assets;
        assert_eq!(
            assets[1].path,
            "en/en_GB/northern_english_male/medium/en_GB-northern_english_male-medium.onnx.json"
        );
        assert_eq!(
            assets[2].path,
            "en/en_GB/northern_english_male/medium/MODEL_CARD"
        );
    }

    #[test]
    fn the_best_voice_is_of_the_region_if_possible() {
        for (tag, expected) in [
            ("en", Some("hibari")),
            ("en-US", Some("hibari")),
            ("en-GB", Some("hibari")),
            ("es-MX", Some("es_MX-ald-medium")),
            ("en-AU", Some("hibari")),
            ("fr-CA", Some("fr_FR-siwis-medium")),
            ("pt", Some("pt_BR-faber-medium")),
            ("pt-PT", Some("pt_PT-tugão-medium")),
            ("nb", Some("no_NO-nvcc-medium")),
            ("zh-Hant-TW", Some("zh_CN-huayan-medium")),
            ("tlh", None),
        ] {
            let found = best(&Language::new(tag)).map(Entry::name);
            assert_eq!(found, expected, "{tag}");
        }
    }
}
