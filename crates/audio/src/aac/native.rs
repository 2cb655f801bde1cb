//! ffmpeg's own encoder, as a process.

use std::ffi::OsString;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};

use audiotome_files::StagedPath;

use super::{BITS_PER_SECOND, PACKET, copy_packets, open_staged};
use crate::AudioError;
use crate::ffmpeg::{Ffmpeg, failed, start_failed, url};

/// Packets before the first sound.
const PRIMING: u64 = 1;

pub(crate) struct Native {
    program: PathBuf,
    args: Vec<OsString>,
    child: Running,
    input: Option<BufWriter<ChildStdin>>,
    /// What ffmpeg writes, priming and all.
    raw: StagedPath,
    target: PathBuf,
    samples: u64,
}

/// A process that does not outlive its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Native {
    pub(super) fn open(
        ffmpeg: &Ffmpeg,
        sample_rate: u32,
        staged: &StagedPath,
    ) -> Result<Self, AudioError> {
        let target = staged.path().to_owned();
        let raw = StagedPath::new(&target).map_err(AudioError::file("write", &target))?;
        let rate = sample_rate.to_string();
        let bits = BITS_PER_SECOND.to_string();
        let mut args: Vec<OsString> = [
            "-nostdin", "-v", "error", "-y", "-f", "s16le", "-ar", &rate, "-ac", "1", "-i",
            "pipe:0", "-c:a", "aac", "-b:a", &bits, "-f", "adts",
        ]
        .map(OsString::from)
        .to_vec();
        args.push(url(raw.path()));
        let program = ffmpeg.program().to_owned();
        let mut child = Command::new(&program)
            .args(&args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| start_failed(&program, error))?;
        let input = child.stdin.take().map(BufWriter::new);
        Ok(Self {
            program,
            args,
            child: Running(child),
            input,
            raw,
            target,
            samples: 0,
        })
    }

    pub(super) fn write(&mut self, samples: &[i16]) -> Result<(), AudioError> {
        self.samples += samples.len() as u64;
        let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        let written = self
            .input
            .as_mut()
            .map_or(Ok(()), |input| input.write_all(&bytes));
        // A pipe that broke says nothing: what ffmpeg said does.
        written.or_else(|_| self.end())
    }

    pub(super) fn finish(mut self) -> Result<(), AudioError> {
        let packets = self.samples / PACKET as u64;
        self.write(&[0; PACKET])?;
        self.end()?;
        let raw = fs_err::File::open(self.raw.path())
            .map_err(AudioError::file("read", self.raw.path()))?;
        let mut out = open_staged(&self.target)?;
        let kept = copy_packets(&mut BufReader::new(raw), &mut out, PRIMING, packets)
            .and_then(|kept| out.flush().map(|()| kept))
            .map_err(AudioError::file("write", &self.target))?;
        if kept == packets {
            return Ok(());
        }
        Err(AudioError::Encoder {
            encoder: "ffmpeg aac",
            reason: format!("{kept} packets instead of {packets}"),
        })
    }

    /// Closes ffmpeg's input and waits for its end.
    fn end(&mut self) -> Result<(), AudioError> {
        // A broken pipe shows in the exit status.
        drop(self.input.take().map(BufWriter::into_inner));
        let mut stderr = Vec::new();
        if let Some(mut pipe) = self.child.0.stderr.take() {
            pipe.read_to_end(&mut stderr)
                .map_err(AudioError::file("run", &self.program))?;
        }
        let status = self
            .child
            .0
            .wait()
            .map_err(AudioError::file("run", &self.program))?;
        if status.success() {
            return Ok(());
        }
        Err(failed(
            &self.program,
            &self.args,
            status,
            &stderr,
            Some(&self.target),
        ))
    }
}
