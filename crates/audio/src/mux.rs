//! One output file by one ffmpeg process, from files only.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audiotome_core::Cover;
use audiotome_files::{STAGED_PREFIX, StagedPath};
use tempfile::TempDir;

use crate::aac::open_staged;
use crate::assembly::Assembly;
use crate::ffmpeg::url;
use crate::{AudioError, OutputFormat};

/// The chapter list that many players read (Nero's) counts in one byte.
const MOST_IN_NERO_LIST: usize = 255;
/// Packets that ffmpeg reads ahead. Its own eight make it wait at every packet: with them a book of eleven
/// hours takes 4.4 s in place of 3.4.
const PACKETS_AHEAD: &str = "4096";

/// What one output file is made of.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    /// Encoded chapters in order.
    pub(crate) parts: Vec<PathBuf>,
    /// Whether the parts are AAC packets to be joined as they are, or FLAC to be encoded.
    pub(crate) encoded: bool,
    /// Tags and chapter marks for ffmpeg.
    pub(crate) metadata: String,
    /// Chapter marks among them.
    pub(crate) chapters: usize,
    pub(crate) cover: Option<Arc<Cover>>,
    pub(crate) format: OutputFormat,
    pub(crate) target: PathBuf,
}

/// Makes the file. Gives a warning when it had to do without the cover.
pub(crate) async fn make(
    recipe: &Recipe,
    assembly: &Assembly,
) -> Result<Option<String>, AudioError> {
    let target = &recipe.target;
    let staged = StagedPath::new(target).map_err(AudioError::file("write", target))?;
    let (owned, work) = (recipe.clone(), assembly.work.clone());
    let inputs = blocking(move || Inputs::prepare(&owned, &work)).await?;
    let with_cover = inputs.cover.is_some();
    let args = args(recipe, &inputs, with_cover, staged.path());
    let mut warning = None;
    match assembly.ffmpeg.run(&args, target).await {
        // What ffmpeg can't make sense of is most likely a broken picture.
        Err(AudioError::Ffmpeg { stderr, .. }) if with_cover => {
            let args = self::args(recipe, &inputs, false, staged.path());
            assembly.ffmpeg.run(&args, target).await?;
            let cause = stderr.lines().next().unwrap_or_default();
            warning = Some(format!("the cover is left out: {cause}"));
        }
        done => done?,
    }
    let path = target.clone();
    blocking(move || staged.commit().map_err(AudioError::file("write", &path))).await?;
    Ok(warning)
}

/// The files that ffmpeg reads; those made for it go with this.
struct Inputs {
    _folder: TempDir,
    /// With the options that say what it is.
    audio: Vec<OsString>,
    metadata: PathBuf,
    cover: Option<PathBuf>,
}

impl Inputs {
    fn prepare(recipe: &Recipe, work: &Path) -> Result<Self, AudioError> {
        fs_err::create_dir_all(work).map_err(AudioError::file("write", work))?;
        let folder = tempfile::Builder::new()
            .prefix(STAGED_PREFIX)
            .tempdir_in(work)
            .map_err(AudioError::file("write", work))?;
        let metadata = put(folder.path(), "metadata.txt", recipe.metadata.as_bytes())?;
        // WAV has no place for a picture; Ogg has it among the tags.
        let cover = match (&recipe.cover, recipe.format) {
            (None, _) | (_, OutputFormat::Wav | OutputFormat::Opus) => None,
            (Some(cover), _) => Some(put(folder.path(), "cover", &cover.bytes)?),
        };
        Ok(Self {
            audio: audio(recipe, folder.path())?,
            metadata,
            cover,
            _folder: folder,
        })
    }
}

/// The audio as one input.
fn audio(recipe: &Recipe, folder: &Path) -> Result<Vec<OsString>, AudioError> {
    let (kind, path) = match (&recipe.parts[..], recipe.encoded) {
        ([part], true) => (&["-f", "aac"][..], part.clone()),
        ([part], false) => (&["-f", "flac"][..], part.clone()),
        (parts, true) => (&["-f", "aac"][..], join(parts, &folder.join("book.aac"))?),
        (parts, false) => {
            let list = put(folder, "list.txt", concat_list(parts).as_bytes())?;
            (&["-f", "concat", "-safe", "0"][..], list)
        }
    };
    let mut args: Vec<OsString> = ["-thread_queue_size", PACKETS_AHEAD]
        .map(OsString::from)
        .into();
    args.extend(kind.iter().map(OsString::from));
    args.extend(["-i".into(), url(&path)]);
    Ok(args)
}

/// Packets of one stream after those of another are one stream.
fn join(parts: &[PathBuf], target: &Path) -> Result<PathBuf, AudioError> {
    let target = put(target.parent().unwrap_or(target), "book.aac", b"")?;
    let mut out = open_staged(&target)?.into_parts().0;
    for part in parts {
        let mut file = fs_err::File::open(part)
            .map_err(AudioError::file("read", part))?
            .into_parts()
            .0;
        io::copy(&mut file, &mut out).map_err(AudioError::file("write", &target))?;
    }
    out.flush().map_err(AudioError::file("write", &target))?;
    Ok(target)
}

/// A list for ffmpeg's concat demuxer.
fn concat_list(parts: &[PathBuf]) -> String {
    let absolute = |part: &PathBuf| std::path::absolute(part).unwrap_or_else(|_| part.clone());
    let lines = parts.iter().map(|part| {
        let path = absolute(part).to_string_lossy().replace('\'', r"'\''");
        format!("file 'file:{path}'\n")
    });
    std::iter::once("ffconcat version 1.0\n".to_owned())
        .chain(lines)
        .collect()
}

/// A file in a folder that goes away anyway: no need to be durable.
fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, AudioError> {
    let path = folder.join(name);
    fs_err::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(AudioError::file("write", &path))?;
    Ok(path)
}

fn args(recipe: &Recipe, inputs: &Inputs, with_cover: bool, output: &Path) -> Vec<OsString> {
    let mut args: Vec<OsString> = ["-nostdin", "-v", "error", "-y"].map(OsString::from).into();
    args.extend(inputs.audio.iter().cloned());
    args.extend(["-f", "ffmetadata", "-i"].map(OsString::from));
    args.push(url(&inputs.metadata));
    let cover = inputs.cover.as_ref().filter(|_| with_cover);
    if let Some(cover) = cover {
        let png = recipe
            .cover
            .as_ref()
            .is_some_and(|c| c.media_type == "image/png");
        let kind = if png { "png_pipe" } else { "jpeg_pipe" };
        args.extend(["-f", kind, "-i"].map(OsString::from));
        args.push(url(cover));
    }
    args.extend(["-map", "0:a", "-map_metadata", "1"].map(OsString::from));
    if cover.is_some() {
        let picture = [
            "-map",
            "2:v",
            "-c:v",
            "copy",
            "-disposition:v:0",
            "attached_pic",
        ];
        args.extend(picture.map(OsString::from));
    }
    args.extend(format_args(recipe).into_iter().map(OsString::from));
    args.push(url(output));
    args
}

/// Codec and container.
fn format_args(recipe: &Recipe) -> Vec<&'static str> {
    let flags = if recipe.chapters > MOST_IN_NERO_LIST {
        "+faststart+disable_chpl"
    } else {
        "+faststart"
    };
    let codec = match (recipe.encoded, recipe.format) {
        (true, _) => &["-c:a", "copy"][..],
        (false, OutputFormat::M4b) => &["-c:a", "aac", "-b:a", "64k"],
        (false, OutputFormat::Mp3) => &["-c:a", "libmp3lame", "-b:a", "64k"],
        // Complexity 5 of 10: a third of the time, and for speech no audible difference.
        (false, OutputFormat::Opus) => {
            &["-c:a", "libopus", "-b:a", "32k", "-compression_level", "5"]
        }
        (false, OutputFormat::Flac) => &["-c:a", "flac"],
        (false, OutputFormat::Wav) => &["-c:a", "pcm_s16le"],
    };
    let container = match recipe.format {
        OutputFormat::M4b => &[
            "-map_chapters",
            "1",
            "-movflags",
            flags,
            "-brand",
            "M4B ",
            "-f",
            "ipod",
        ][..],
        OutputFormat::Mp3 => &["-map_chapters", "1", "-id3v2_version", "3", "-f", "mp3"],
        // Their chapters are among the tags.
        OutputFormat::Opus => &["-map_chapters", "-1", "-f", "opus"],
        OutputFormat::Flac => &["-map_chapters", "-1", "-f", "flac"],
        // RF64 where WAV's 4 GiB are not enough.
        OutputFormat::Wav => &["-map_chapters", "-1", "-rf64", "auto", "-f", "wav"],
    };
    [codec, container].concat()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AudioError> + Send + 'static,
) -> Result<T, AudioError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AudioError::Encoder {
            encoder: "ffmpeg",
            reason: error.to_string(),
        })?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_paths_reach_ffmpeg() {
        let list = concat_list(&[PathBuf::from("/a b/it's.flac")]);
        assert_eq!(
            list,
            "ffconcat version 1.0\nfile 'file:/a b/it'\\''s.flac'\n"
        );
    }
}
