//! A chapter as a file of its own, for players of podcasts.

use std::ffi::OsString;
use std::path::Path;

use audiotome_files::StagedPath;

use crate::AudioError;
use crate::ffmpeg::{Ffmpeg, url};

/// Puts the AAC packets of an encoded chapter into an M4A file at `target`, as they are.
///
/// # Errors
/// When ffmpeg or the disk refuses.
pub async fn wrap_chapter(
    ffmpeg: &Ffmpeg,
    chapter: &Path,
    tags: &[(&str, &str)],
    target: &Path,
) -> Result<(), AudioError> {
    let staged = StagedPath::new(target).map_err(AudioError::file("write", target))?;
    let mut args: Vec<OsString> = ["-nostdin", "-v", "error", "-y", "-f", "aac", "-i"]
        .map(OsString::from)
        .into();
    args.push(url(chapter));
    for (name, value) in tags {
        args.extend(["-metadata".into(), format!("{name}={value}").into()]);
    }
    args.extend(["-c:a", "copy", "-movflags", "+faststart", "-f", "ipod"].map(OsString::from));
    args.push(url(staged.path()));
    ffmpeg.run(&args, target).await?;
    staged.commit().map_err(AudioError::file("write", target))
}
