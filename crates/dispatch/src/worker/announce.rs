//! A worker that offers its help to masters, until it leaves.

use std::future::Future;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode};
use serde::Deserialize;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::client::{Caller, MasterAddress, WorkerAddress, at, body, chain};
use crate::wire::{Announcement, PROTOCOL};

/// Where workers announce themselves at a master.
const PATH: &str = "/workers/announce";
/// How long a master may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long it may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);
/// The longest message of a master that is repeated.
const MOST_MESSAGE: usize = 300;

/// Masters that a worker joins, and what they are told.
#[derive(Clone, Debug)]
pub struct Joining {
    /// The masters.
    pub masters: Vec<MasterAddress>,
    /// Where they reach the worker. Without it: where its call comes from, at its port, without TLS.
    pub address: Option<WorkerAddress>,
    /// What the masters are shown.
    pub caller: Caller,
    /// How often it says that it is still there, more or less.
    pub every: Duration,
}

impl Joining {
    /// How often a worker says that it is still there.
    pub const EVERY: Duration = Duration::from_secs(10);
}

/// Announces the worker that listens at `port` to every master, again and again until `drain`, and
/// then says goodbye. `tell` gets what a person has to do something about: once, as long as it stays
/// the same.
///
/// # Errors
/// When TLS is asked for and the system has no usable certificates.
pub fn announce(
    joining: &Joining,
    port: u16,
    drain: &CancellationToken,
    tell: impl Fn(&str) + Clone + Send + 'static,
) -> Result<impl Future<Output = ()> + Send + 'static, reqwest::Error> {
    let mut doors = Vec::new();
    for master in &joining.masters {
        doors.push(Door::new(master, joining, port)?);
    }
    let (every, drain) = (joining.every, drain.clone());
    Ok(async move {
        let mut doors: tokio::task::JoinSet<()> = doors
            .into_iter()
            .map(|door| door.stay(every, drain.clone(), tell.clone()))
            .collect();
        while doors.join_next().await.is_some() {}
    })
}

/// One master, as the worker knows it.
struct Door {
    master: MasterAddress,
    client: Client,
    caller: Caller,
    announcement: Announcement,
    standing: Standing,
    /// The refusal that was told last, until the master takes the worker.
    told: Option<String>,
}

/// How the worker stands with a master.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    New,
    Joined,
    Refused,
    Away,
}

/// What a master says to an announcement.
enum Answer {
    Welcome,
    /// It won't have the worker until a person does something.
    Refusal(String),
    /// Perhaps later.
    Nothing(String),
}

impl Door {
    fn new(master: &MasterAddress, joining: &Joining, port: u16) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: joining.caller.client(master.url())?,
            master: master.clone(),
            caller: joining.caller.clone(),
            announcement: Announcement {
                address: joining.address.as_ref().map(ToString::to_string),
                port,
                protocol: PROTOCOL,
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            standing: Standing::New,
            told: None,
        })
    }

    async fn stay(mut self, every: Duration, drain: CancellationToken, tell: impl Fn(&str)) {
        let leaving = drain.cancelled();
        tokio::pin!(leaving);
        loop {
            tokio::select! {
                biased;
                () = &mut leaving => break,
                answer = self.call(Method::POST) => self.take(answer, &tell),
            }
            tokio::select! {
                () = &mut leaving => break,
                () = sleep(about(every)) => {}
            }
        }
        // Whoever does not hear it finds out by itself.
        let _ = timeout(GOODBYE, self.call(Method::DELETE)).await;
    }

    async fn call(&self, method: Method) -> Answer {
        let request = self.client.request(method, at(self.master.url(), PATH));
        let request = request.timeout(ANSWER).json(&self.announcement);
        match self.caller.sign(request).send().await {
            Ok(answer) if answer.status().is_success() => Answer::Welcome,
            Ok(answer) => refused(answer).await,
            Err(error) => Answer::Nothing(chain(&error)),
        }
    }

    /// Notes the answer, and says what is new in it.
    fn take(&mut self, answer: Answer, tell: &impl Fn(&str)) {
        let before = self.standing;
        self.standing = match answer {
            Answer::Welcome => Standing::Joined,
            Answer::Refusal(reason) => {
                self.refused(reason, tell);
                Standing::Refused
            }
            Answer::Nothing(reason) => {
                self.away(&reason);
                Standing::Away
            }
        };
        if self.standing == Standing::Joined && before != Standing::Joined {
            self.told = None;
            info!(master = %self.master, "joined");
        }
    }

    /// Logs that the master does not answer, unless that is known.
    fn away(&self, reason: &str) {
        if self.standing != Standing::Away {
            warn!(master = %self.master, reason, "the master can't be joined now");
        }
    }

    /// Tells a refusal, unless it was told already.
    fn refused(&mut self, reason: String, tell: &impl Fn(&str)) {
        if self.told.as_ref() != Some(&reason) {
            tell(&format!("`{}` refuses this worker: {reason}", self.master));
            self.told = Some(reason);
        }
    }
}

/// The part of any error's body that people read.
#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Deserialize)]
struct ErrorDetail {
    message: String,
}

async fn refused(answer: Response) -> Answer {
    let status = answer.status();
    let reason = match body(answer).await {
        Ok(bytes) => message(&bytes),
        Err(_) => String::new(),
    };
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Answer::Refusal(
            "it asks for another token: give both the same AUDIOTOME_WORKER_TOKEN".to_owned(),
        ),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Answer::Nothing(reason),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            Answer::Refusal(format!("it is no master of audiotome ({status})"))
        }
        _ if status.is_client_error() && reason.is_empty() => Answer::Refusal(status.to_string()),
        _ if status.is_client_error() => Answer::Refusal(reason),
        _ => Answer::Nothing(format!("it answers {status}: {reason}")),
    }
}

fn message(bytes: &[u8]) -> String {
    let message = match serde_json::from_slice::<ErrorBody>(bytes) {
        Ok(body) => body.error.message,
        Err(_) => String::from_utf8_lossy(bytes).trim().to_owned(),
    };
    message.chars().take(MOST_MESSAGE).collect()
}

/// A time near `every`, so that workers which were started together don't call together.
fn about(every: Duration) -> Duration {
    // A new state is another one each time.
    let parts = RandomState::new().hash_one(()) % 41;
    #[expect(clippy::cast_precision_loss, reason = "at most 40")]
    let factor = 0.8 + parts as f64 / 100.0;
    every.mul_f64(factor)
}
