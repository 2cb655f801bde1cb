//! Programs of others, run as children within limits of time and memory.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Bytes of a child's complaints that are kept.
const COMPLAINT: u64 = 4 << 10;

/// Why a program gave nothing.
#[derive(Debug)]
pub(crate) enum ChildError {
    /// It is not installed.
    Missing,
    /// It took too long.
    TimeOut(Duration),
    /// It failed, or could not be started, with what it said.
    Failed(String),
}

/// What to run.
pub(crate) struct Call<'a> {
    pub(crate) program: &'a str,
    pub(crate) arguments: &'a [&'a OsStr],
    /// What it reads.
    pub(crate) input: Option<&'a File>,
    pub(crate) patience: Duration,
    /// Memory that it may take, in KiB.
    pub(crate) memory: u32,
}

/// Runs a program and gives its output to `read` while it comes. What `read` leaves is not waited
/// for.
///
/// # Errors
/// See [`ChildError`].
pub(crate) fn run<T>(
    call: &Call<'_>,
    read: impl FnOnce(ChildStdout) -> T,
) -> Result<T, ChildError> {
    if !is_installed(call.program) {
        return Err(ChildError::Missing);
    }
    let failed = |error: std::io::Error| ChildError::Failed(error.to_string());
    let mut complaints = tempfile::tempfile().map_err(failed)?;
    let input = match call.input {
        Some(mut file) => {
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            Stdio::from(file.try_clone().map_err(failed)?)
        }
        None => Stdio::null(),
    };
    let mut child = limited(call)
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(complaints.try_clone().map_err(failed)?)
        .spawn()
        .map_err(failed)?;
    let Some(output) = child.stdout.take() else {
        return Err(ChildError::Failed("it has no output".to_owned()));
    };
    let child = Arc::new(Mutex::new(child));
    let watched = Arc::clone(&child);
    let (done, waiting) = channel::<()>();
    let patience = call.patience;
    let watch = std::thread::spawn(move || {
        let late = waiting.recv_timeout(patience) == Err(RecvTimeoutError::Timeout);
        if late && let Ok(mut child) = watched.lock() {
            let _ = child.kill();
        }
        late
    });
    let result = read(output);
    // Its output is at its end or no longer wanted.
    let status = finish(&child, &done).map_err(failed)?;
    if watch.join().unwrap_or(false) {
        return Err(ChildError::TimeOut(patience));
    }
    if status.success() {
        return Ok(result);
    }
    Err(ChildError::Failed(complaint(&mut complaints, status)))
}

/// The program with a limit on its memory, where the system's shell can set one.
fn limited(call: &Call<'_>) -> Command {
    let mut command = Command::new("sh");
    let (seconds, memory) = (call.patience.as_secs().max(1), call.memory);
    command
        .arg("-c")
        .arg(format!(
            "ulimit -v {memory} 2>/dev/null; ulimit -t {seconds} 2>/dev/null; exec \"$0\" \"$@\""
        ))
        .arg(call.program)
        .args(call.arguments);
    command
}

fn finish(
    child: &Mutex<std::process::Child>,
    done: &std::sync::mpsc::Sender<()>,
) -> std::io::Result<ExitStatus> {
    let mut child = child
        .lock()
        .map_err(|_| std::io::Error::other("its watch failed"))?;
    let status = child.wait();
    let _ = done.send(());
    status
}

fn complaint(file: &mut File, status: ExitStatus) -> String {
    let mut text = Vec::new();
    let _ = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.take(COMPLAINT).read_to_end(&mut text));
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().rfind(|line| !line.trim().is_empty());
    line.map_or_else(|| status.to_string(), |line| line.trim().to_owned())
}

/// Whether a program is in one of the folders where programs are looked for.
#[must_use]
pub fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}
