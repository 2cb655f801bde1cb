//! Locks: `META-INF/encryption.xml` and the traces of DRM schemes.

use std::collections::HashSet;

use super::archive::Archive;
use crate::markup::{self, Syntax, Tag, Visitor};
use crate::{BookError, href};

/// Algorithms that only garble fonts.
const FONT_OBFUSCATION: &[&str] = &[
    "http://www.idpf.org/2008/embedding",
    "http://ns.adobe.com/pdf/enc#RC",
];
/// Files that a scheme leaves in the book, and the scheme's name.
const TRACES: &[(&str, &str)] = &[
    ("META-INF/sinf.xml", "Apple FairPlay"),
    ("META-INF/license.lcpl", "Readium LCP"),
    ("META-INF/rights.xml", "Adobe ADEPT"),
];

/// Paths inside the book whose bytes are encrypted.
///
/// # Errors
/// [`BookError::TooLarge`] when the list itself is.
pub(super) fn encrypted_paths(archive: &mut Archive) -> Result<HashSet<String>, BookError> {
    let Some(bytes) = archive.read("META-INF/encryption.xml")? else {
        return Ok(HashSet::new());
    };
    let mut list = List::default();
    markup::visit(&String::from_utf8_lossy(&bytes), Syntax::Xml, &mut list);
    let found = list.paths.iter().filter_map(|path| archive.find(path));
    Ok(found.map(str::to_owned).collect())
}

/// The name of the scheme whose traces the book bears.
pub(super) fn scheme(archive: &Archive) -> Option<&'static str> {
    let has = |path: &str| archive.paths().iter().any(|found| found == path);
    TRACES
        .iter()
        .find(|(path, _)| has(path))
        .map(|(_, name)| *name)
}

#[derive(Default)]
struct List {
    algorithm: String,
    paths: Vec<String>,
    depth_of_key: usize,
}

impl Visitor for List {
    fn start(&mut self, tag: &Tag) {
        match tag.local_name() {
            "encrypteddata" => self.algorithm.clear(),
            "keyinfo" if !tag.is_empty() => self.depth_of_key += 1,
            // A key has a method, too; the data's own comes first.
            "encryptionmethod" if self.depth_of_key == 0 && self.algorithm.is_empty() => {
                tag.local_attribute("algorithm")
                    .unwrap_or("unknown")
                    .clone_into(&mut self.algorithm);
            }
            "cipherreference" if !FONT_OBFUSCATION.contains(&self.algorithm.as_str()) => {
                let path = tag
                    .local_attribute("uri")
                    .and_then(|uri| href::resolve("", uri));
                self.paths.extend(path.map(|(path, _)| path));
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if markup::local(name) == "keyinfo" {
            self.depth_of_key = self.depth_of_key.saturating_sub(1);
        }
    }

    fn text(&mut self, _: &str) {}
}
