//! The cover picture.

use audiotome_core::Cover;
use base64::Engine as _;

use super::archive::Archive;
use super::package::Package;
use crate::document::Document;
use crate::href;
use crate::markup::{self, Syntax, Tag, Visitor};

/// Bytes of a picture.
const MAX_COVER: u64 = 20 << 20;
const JPEG: &[u8] = b"\xFF\xD8\xFF";
const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";

/// Finds the cover: what the package names first, then the guide's cover page, then the first
/// document's picture if it is nothing but a picture, then a picture that is called so.
pub(super) fn cover(
    archive: &mut Archive,
    package: &Package,
    documents: &[Document],
) -> Option<Cover> {
    let candidates = candidates(package, documents);
    candidates
        .into_iter()
        .find_map(|path| picture(archive, &path))
}

/// A cover, if the bytes are a picture that audiobooks can carry.
pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<Cover> {
    let media_type = match &bytes {
        bytes if bytes.starts_with(JPEG) => "image/jpeg",
        bytes if bytes.starts_with(PNG) => "image/png",
        _ => return None,
    };
    Some(Cover {
        media_type: media_type.to_owned(),
        bytes,
    })
}

fn candidates(package: &Package, documents: &[Document]) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    paths.extend(
        package
            .with_property("cover-image")
            .map(|item| item.path.clone()),
    );
    for meta in package
        .metadata
        .iter()
        .filter(|meta| !meta.is_dublin_core && meta.name == "cover")
    {
        let item = package.item(&meta.value).map(|item| item.path.clone());
        paths.extend(
            item.or_else(|| href::resolve(&package.path, &meta.value).map(|(path, _)| path)),
        );
    }
    let guide = package
        .guide
        .iter()
        .filter(|reference| reference.kind.contains("cover"));
    for reference in guide {
        let page = documents
            .iter()
            .find(|document| document.name == reference.path);
        paths.extend(page.and_then(first_image));
        paths.push(reference.path.clone());
    }
    let page = documents
        .first()
        .filter(|first| first.characters() < 200 || first.name.to_lowercase().contains("cover"));
    paths.extend(page.and_then(first_image));
    let named = package.items.iter().filter(|item| {
        item.is_image()
            && (item.id.to_lowercase().contains("cover")
                || item.path.to_lowercase().contains("cover"))
    });
    paths.extend(named.map(|item| item.path.clone()));
    paths
}

fn first_image(document: &Document) -> Option<String> {
    let image = document.images.first()?;
    Some(href::resolve(&document.name, image)?.0)
}

fn picture(archive: &mut Archive, path: &str) -> Option<Cover> {
    let path = archive.find(path)?.to_owned();
    let bytes = archive.read_up_to(&path, MAX_COVER).ok()??;
    if !bytes.starts_with(JPEG) && !bytes.starts_with(PNG) && is_svg(&bytes) {
        return picture_in_svg(archive, &path, &bytes);
    }
    from_bytes(bytes)
}

fn is_svg(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(2_048)]
        .windows(4)
        .any(|window| window == b"<svg")
}

/// The picture that an SVG drawing frames.
fn picture_in_svg(archive: &mut Archive, path: &str, bytes: &[u8]) -> Option<Cover> {
    let mut images = Images::default();
    markup::visit(&String::from_utf8_lossy(bytes), Syntax::Xml, &mut images);
    images.0.into_iter().find_map(|source| {
        if let Some((_, data)) = source.split_once(";base64,") {
            let data: String = data.split_whitespace().collect();
            return from_bytes(
                base64::engine::general_purpose::STANDARD
                    .decode(data)
                    .ok()?,
            );
        }
        let (found, _) = href::resolve(path, &source)?;
        let found = archive.find(&found)?.to_owned();
        from_bytes(archive.read_up_to(&found, MAX_COVER).ok()??)
    })
}

/// Sources of the pictures in a drawing.
#[derive(Default)]
struct Images(Vec<String>);

impl Visitor for Images {
    fn start(&mut self, tag: &Tag) {
        if tag.local_name() == "image"
            && let Some(source) = tag.local_attribute("href")
            && self.0.len() < 8
        {
            self.0.push(source.to_owned());
        }
    }

    fn end(&mut self, _: &str) {}

    fn text(&mut self, _: &str) {}
}
