//! Child programs that get a text and answer with bytes, within a time limit.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use thiserror::Error;

mod priority;
mod watchdog;

/// Why a child program gave no answer.
#[derive(Debug, Error)]
pub enum ProcessError {
    /// It could not be started, or its pipes broke.
    #[error("can't run `{command}`")]
    Io {
        /// The command line.
        command: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// It ended with an error.
    #[error("`{command}` failed ({status}){}", said(stderr))]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The last of what it said.
        stderr: String,
    },
    /// It was killed since it took too long.
    #[error(
        "`{command}` did not end within {limit:?} and was stopped{}",
        said(stderr)
    )]
    TimedOut {
        /// The command line.
        command: String,
        /// How long it was given.
        limit: Duration,
        /// The last of what it said.
        stderr: String,
    },
}

/// Bytes of the standard error that are kept for messages.
const STDERR_TAIL: usize = 400;

/// The file of `program` on the search path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The command that installs `program` on this system.
pub(crate) fn install_command(program: &str) -> String {
    if cfg!(target_os = "macos") {
        format!("brew install {program}")
    } else {
        format!("apt install {program}")
    }
}

/// Runs `program`, gives it `input` and returns what it writes.
///
/// The input is written before the output is read: programs that answer while they still read, and
/// more than a pipe holds, would run into the limit.
///
/// # Errors
/// When it can't be started, fails, or does not end within `limit` (it is killed then).
pub(crate) fn run(
    program: &Path,
    arguments: &[&str],
    input: &[u8],
    limit: Duration,
) -> Result<Vec<u8>, ProcessError> {
    converse(program, arguments, input, limit, |_| {})
}

/// Like [`run`], for work that fills the processors for long: others go first.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_behind_others(
    program: &Path,
    arguments: &[&str],
    input: &[u8],
    limit: Duration,
) -> Result<Vec<u8>, ProcessError> {
    converse(program, arguments, input, limit, priority::lower)
}

fn converse(
    program: &Path,
    arguments: &[&str],
    input: &[u8],
    limit: Duration,
    started: impl FnOnce(&Child),
) -> Result<Vec<u8>, ProcessError> {
    let command_line = || format!("{} {}", program.display(), arguments.join(" "));
    let io_error = |source| ProcessError::Io {
        command: command_line(),
        source,
    };
    let mut child = start(program, arguments).map_err(io_error)?;
    started(&child);
    let deadline = Instant::now() + limit;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(mut stdout), Some(mut stderr)) = pipes else {
        unreachable!("all three were asked for as pipes");
    };
    let child = Arc::new(Mutex::new(child));
    let watch = watchdog::watch(&child, deadline);
    // A program that ends early breaks the pipe; its exit status says more than that.
    let _ = stdin.write_all(input);
    drop(stdin);
    let mut answer = Vec::with_capacity(64 * 1024);
    let read = stdout.read_to_end(&mut answer);
    let mut complaints = Vec::new();
    let _ = stderr.read_to_end(&mut complaints);
    let status = wait(&child, deadline).map_err(io_error)?;
    let stderr = tail(&complaints);
    if watch.has_bitten() {
        return Err(ProcessError::TimedOut {
            command: command_line(),
            limit,
            stderr,
        });
    }
    if !status.success() {
        return Err(ProcessError::Failed {
            command: command_line(),
            status,
            stderr,
        });
    }
    read.map_err(io_error)?;
    Ok(answer)
}

fn start(program: &Path, arguments: &[&str]) -> io::Result<Child> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    {
        // Ctrl-C goes to the whole group of the terminal: a sentence that is being spoken may end,
        // and whether more are spoken is for this program to say.
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    command.spawn()
}

/// Waits for a child whose pipes are closed: it is ending, or hangs and is killed at the deadline.
/// The lock is never held while waiting, since the watchdog needs it to kill.
fn wait(child: &Mutex<Child>, deadline: Instant) -> io::Result<ExitStatus> {
    let mut pause = Duration::from_micros(20);
    loop {
        let status = child
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_wait()?;
        if let Some(status) = status {
            return Ok(status);
        }
        std::thread::sleep(pause);
        // Short at first, as the end is near; at the deadline the watchdog makes it come.
        pause = (pause * 2).min(deadline.saturating_duration_since(Instant::now()) / 8);
        pause = pause.clamp(Duration::from_micros(20), Duration::from_millis(20));
    }
}

fn tail(bytes: &[u8]) -> String {
    let start = bytes.len().saturating_sub(STDERR_TAIL);
    String::from_utf8_lossy(&bytes[start..]).trim().to_owned()
}

fn said(stderr: &str) -> String {
    if stderr.is_empty() {
        String::new()
    } else {
        format!(": {stderr}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn shell(script: &str, input: &[u8], limit: Duration) -> Result<Vec<u8>, ProcessError> {
        run(Path::new("/bin/sh"), &["-c", script], input, limit)
    }

    #[test]
    fn input_comes_back_as_output() {
        let text = "a".repeat(50_000);
        assert_eq!(
            shell("cat", text.as_bytes(), LONG).unwrap(),
            text.as_bytes()
        );
    }

    #[test]
    fn a_failure_tells_command_status_and_complaint() {
        let error = shell("echo no such voice >&2; exit 3", b"x", LONG).unwrap_err();
        let message = error.to_string();
        for part in ["/bin/sh", "3", "no such voice"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn a_program_that_never_reads_its_input_is_no_trouble() {
        assert_eq!(
            shell("echo done", &[b'x'; 300_000], LONG).unwrap(),
            b"done\n"
        );
    }

    #[test]
    fn a_program_that_hangs_is_stopped() {
        let limit = Duration::from_millis(60);
        for hang in ["exec sleep 60", "exec 1>&- 2>&-; exec sleep 60"] {
            let start = Instant::now();
            let error = shell(hang, b"", limit).unwrap_err();
            assert!(matches!(error, ProcessError::TimedOut { .. }), "{error}");
            assert!(start.elapsed() < Duration::from_secs(10));
        }
    }

    #[test]
    fn children_of_a_stopped_program_keep_no_other_alive() {
        let limit = Duration::from_millis(60);
        // Its own child holds the pipes for two more seconds.
        let stuck = std::thread::spawn(move || shell("sleep 2 & exec sleep 60", b"", limit));
        std::thread::sleep(limit * 3);
        let start = Instant::now();
        shell("exec sleep 60", b"", limit).unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(1));
        stuck.join().unwrap().unwrap_err();
    }

    #[cfg(unix)]
    #[test]
    fn others_go_first_where_that_is_asked_for() {
        let own = rustix::process::getpriority_process(None).unwrap();
        // It tells its priority once its input has ended; that is after it may have been lowered.
        let arguments = ["-c", "cat; nice"];
        let niceness = |run: fn(&Path, &[&str], &[u8], Duration) -> _| -> i32 {
            let answer: Result<Vec<u8>, ProcessError> =
                run(Path::new("/bin/sh"), &arguments, b"", LONG);
            let answer = String::from_utf8(answer.unwrap()).unwrap();
            answer.trim().parse().unwrap()
        };
        assert_eq!(niceness(run), own);
        assert_eq!(niceness(run_behind_others), (own + 10).min(19));
    }

    #[test]
    fn a_missing_program_is_an_io_error() {
        let error = run(Path::new("/no/such/program"), &[], b"", LONG).unwrap_err();
        assert!(matches!(error, ProcessError::Io { .. }));
    }
}
