//! Mobipocket and Kindle books: MOBI, PRC, AZW and AZW3, from the format's public description
//! (<https://wiki.mobileread.com/wiki/MOBI>, <https://wiki.mobileread.com/wiki/KF8>).
//!
//! A file is a Palm database. Its text is one stream of HTML, cut in records and compressed; places
//! in it are counted in bytes. A file may hold the book twice, for old devices and, behind a
//! boundary, for new ones (KF8); then the new one is read.

mod anchors;
mod classic;
mod header;
mod huff;
mod index;
mod kf8;
mod palmdoc;
mod records;
mod text;
mod toc;

use std::fs::File;

use audiotome_core::{Book, Cover};

use crate::epub::cover;
use crate::pages::{Pages, cut_off};
use crate::{BookError, ReadOptions, plain};
use header::Header;
use records::Records;

/// Reads the book in `file`; `name` is the file's name.
///
/// # Errors
/// [`BookError::Damaged`], [`BookError::Drm`], [`BookError::NoText`], [`BookError::TooLarge`],
/// [`BookError::Io`].
pub(crate) fn read(file: File, name: &str, options: &ReadOptions) -> Result<Book, BookError> {
    let damaged = |what: &str| BookError::Damaged {
        name: name.to_owned(),
        what: what.to_owned(),
    };
    let mut records = Records::open(file, name)?;
    let first = records.read(0)?;
    let header = Header::parse(&first).ok_or_else(|| damaged("its first record is cut off"))?;
    if header.is_encrypted {
        return Err(BookError::Drm {
            name: name.to_owned(),
            scheme: "Amazon Kindle or Mobipocket",
        });
    }
    if header.is_plain {
        let text = text::read(&mut records, &header, 0, name)?;
        return plain::read(&text, name, options);
    }
    let cover = cover(&mut records, &header);
    let boundary = header.boundary.filter(|at| *at < records.count());
    let second = match boundary {
        Some(at) => Header::parse(&records.read(at)?).filter(|second| second.version == 8),
        None => None,
    };
    let (header, base) = match (second, boundary) {
        (Some(second), Some(at)) => (second, at),
        _ => (header, 0),
    };
    let text = text::read(&mut records, &header, base, name)?;
    let pages = if header.version == 8 {
        kf8::pages(&mut records, &header, base, &text)?
    } else {
        classic::pages(&mut records, &header, base, &text)?
    };
    let pages = Pages {
        metadata: header.metadata(),
        has_images: header.first_image.is_some(),
        cover,
        warnings: cut_off(records.are_cut_off()),
        ..pages
    };
    pages.book(name, options)
}

fn cover(records: &mut Records, header: &Header) -> Option<Cover> {
    let at = header.first_image?.checked_add(header.cover?)?;
    cover::from_bytes(records.picture(at).ok()?)
}
