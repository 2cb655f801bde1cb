//! A real Redis on a free port, ended with the test.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(crate) struct Redis {
    pub(crate) port: u16,
    folder: tempfile::TempDir,
    child: Option<Child>,
    extra: Vec<String>,
}

impl Redis {
    /// With its append-only file on.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// With more settings, such as `--requirepass secret`.
    pub(crate) fn with(extra: &[&str]) -> Self {
        let mut redis = Self {
            port: free_port(),
            folder: tempfile::tempdir().unwrap(),
            child: None,
            extra: extra.iter().map(ToString::to_string).collect(),
        };
        redis.up();
        redis
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it, on the data that it had.
    pub(crate) fn up(&mut self) {
        let child = Command::new("redis-server")
            .args([
                "--port",
                &self.port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
            ])
            .args(["--appendonly", "yes", "--appendfsync", "everysec"])
            .arg("--dir")
            .arg(self.folder.path())
            .args(&self.extra)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        self.child = Some(child);
        while !self.answers() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether it is there, and has read what it kept.
    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else {
            return false;
        };
        let mut answer = [0; 8];
        let asked = stream.write_all(b"PING\r\n");
        let read = asked.and_then(|()| stream.read(&mut answer));
        read.is_ok() && answer != *b"-LOADING"
    }

    /// As a power cut does it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Loses all that it has kept.
    pub(crate) fn forget(&self) {
        let kept = self.folder.path().join("appendonlydir");
        std::fs::remove_dir_all(kept).unwrap();
    }

    /// Sends a signal to the server.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().unwrap().id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// What `redis-cli` answers.
    pub(crate) fn ask(&self, command: &[&str]) -> String {
        let port = self.port.to_string();
        let answer = Command::new("redis-cli")
            .args(["-p", &port])
            .args(command)
            .output()
            .unwrap();
        String::from_utf8(answer.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
