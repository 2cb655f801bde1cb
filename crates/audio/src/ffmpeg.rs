//! The ffmpeg program: where it is, and running it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use crate::AudioError;

/// Names the program where it isn't in the search path.
pub const VARIABLE: &str = "AUDIOTOME_FFMPEG";

/// Bytes of stderr that an error repeats.
const TAIL: usize = 2_000;

/// An ffmpeg that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ffmpeg {
    program: PathBuf,
    version: String,
}

/// The program that `AUDIOTOME_FFMPEG` names, or else `ffmpeg`.
#[must_use]
pub fn program() -> PathBuf {
    let program = env::var_os(VARIABLE).filter(|name| !name.is_empty());
    program.map_or_else(|| PathBuf::from("ffmpeg"), PathBuf::from)
}

impl Ffmpeg {
    /// The ffmpeg that `AUDIOTOME_FFMPEG` names, or else the one in the search path.
    ///
    /// # Errors
    /// When there is none, or it doesn't run.
    pub fn find() -> Result<Self, AudioError> {
        Self::at(program())
    }

    /// The ffmpeg at a path, or with a name in the search path.
    ///
    /// # Errors
    /// When it isn't there or doesn't run.
    pub fn at(program: PathBuf) -> Result<Self, AudioError> {
        let output = std::process::Command::new(&program)
            .arg("-version")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| start_failed(&program, error))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let version = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("ffmpeg version "))
            .and_then(|line| line.split_whitespace().next());
        match version {
            Some(version) => Ok(Self {
                version: version.to_owned(),
                program,
            }),
            None => Err(failed(
                &program,
                &[OsString::from("-version")],
                output.status,
                &output.stderr,
                None,
            )),
        }
    }

    /// Its version as it prints it, such as `5.1.9-0+deb12u1`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where it is, or its name in the search path.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Runs it to its end; a dropped future kills it. `output` is the file that it makes.
    pub(crate) async fn run(&self, args: &[OsString], output: &Path) -> Result<(), AudioError> {
        tracing::debug!(
            command = command_line(&self.program, args),
            "running ffmpeg"
        );
        let done = tokio::process::Command::new(&self.program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .output()
            .await
            .map_err(|error| start_failed(&self.program, error))?;
        if done.status.success() && !is_cut_off(&done.stderr) {
            return Ok(());
        }
        Err(failed(
            &self.program,
            args,
            done.status,
            &done.stderr,
            Some(output),
        ))
    }
}

/// A path as ffmpeg takes it: never an option, a protocol or a pattern.
pub(crate) fn url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(path);
    url
}

/// What a failed run becomes: a full or refusing disk is told apart from everything else.
pub(crate) fn failed(
    program: &Path,
    args: &[OsString],
    status: ExitStatus,
    stderr: &[u8],
    output: Option<&Path>,
) -> AudioError {
    let stderr = tail(stderr);
    if let (Some(kind), Some(path)) = (disk_error(&stderr), output) {
        return AudioError::File {
            action: "write",
            path: path.to_owned(),
            source: kind.into(),
        };
    }
    AudioError::Ffmpeg {
        command: command_line(program, args),
        status: status.to_string(),
        stderr,
    }
}

pub(crate) fn start_failed(program: &Path, error: io::Error) -> AudioError {
    if error.kind() == io::ErrorKind::NotFound {
        return AudioError::NoFfmpeg {
            program: program.display().to_string(),
        };
    }
    AudioError::file("run", program)(error)
}

/// Up to version 5 ffmpeg takes it for a success when the last of a file can't be written, and joins what is there
/// when a part is gone.
fn is_cut_off(stderr: &[u8]) -> bool {
    let stderr = String::from_utf8_lossy(stderr);
    [
        "Error writing trailer",
        "Error closing file",
        "Impossible to open",
    ]
    .iter()
    .any(|complaint| stderr.contains(complaint))
}

fn disk_error(stderr: &str) -> Option<io::ErrorKind> {
    let kinds = [
        ("No space left on device", io::ErrorKind::StorageFull),
        ("Disk quota exceeded", io::ErrorKind::QuotaExceeded),
        ("File too large", io::ErrorKind::FileTooLarge),
        ("Read-only file system", io::ErrorKind::ReadOnlyFilesystem),
    ];
    let found = kinds.into_iter().find(|(text, _)| stderr.contains(text));
    found.map(|(_, kind)| kind)
}

fn command_line(program: &Path, args: &[OsString]) -> String {
    let words = std::iter::once(program.as_os_str()).chain(args.iter().map(OsString::as_os_str));
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

fn tail(stderr: &[u8]) -> String {
    let start = stderr.len().saturating_sub(TAIL);
    String::from_utf8_lossy(&stderr[start..]).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_comes_with_the_way_to_get_it() {
        let error = Ffmpeg::at(PathBuf::from("/nowhere/ffmpeg")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "can't find the program `/nowhere/ffmpeg`"
        );
        assert!(error.hint().unwrap().contains("apt install ffmpeg"));
    }

    #[test]
    fn a_program_that_is_no_ffmpeg_is_not_taken() {
        assert!(matches!(
            Ffmpeg::at(PathBuf::from("true")),
            Err(AudioError::Ffmpeg { .. })
        ));
    }

    #[test]
    fn a_full_disk_is_named_as_such() {
        let status = std::process::Command::new("false").status().unwrap();
        let output = Path::new("/x/book.m4b");
        let stderr = b"av_interleaved_write_frame(): No space left on device\n";
        let error = failed(Path::new("ffmpeg"), &[], status, stderr, Some(output));
        assert_eq!(error.to_string(), "can't write `/x/book.m4b`");
        assert!(error.hint().unwrap().contains("free some space"));
    }
}
