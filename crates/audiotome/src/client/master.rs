//! Asking a master.

use std::error::Error as _;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::{Certificate, Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answers::ErrorBody;
use super::args::{MasterArgs, MasterUrl};
use crate::exit::{Ending, FAILED};

/// A machine that does not take a connection within this time is away.
const CONNECT: Duration = Duration::from_secs(5);
/// A question may mean that the master reads a whole book first.
const QUESTION: Duration = Duration::from_secs(120);

/// A master somewhere.
pub(crate) struct Master {
    url: MasterUrl,
    token: Option<String>,
    client: Client,
}

/// Why a question came to nothing.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) ending: Ending,
    /// The same question may be answered later.
    pub(crate) passes: bool,
}

impl From<Trouble> for anyhow::Error {
    fn from(trouble: Trouble) -> Self {
        trouble.ending.into()
    }
}

impl Trouble {
    /// With a way out, when the master names none.
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.ending.hint.get_or_insert_with(|| hint.to_owned());
        self
    }
}

impl Master {
    /// The master that was named. Nothing is asked yet.
    pub(crate) fn new(args: &MasterArgs) -> anyhow::Result<Self> {
        // The first one in the process wins, and all are the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client::builder().connect_timeout(CONNECT).no_proxy();
        if let Some(path) = &args.tls_ca {
            let wrong = || format!("`{}` holds no certificates", path.display());
            let pem = fs_err::read(path)?;
            let trusted = Certificate::from_pem_bundle(&pem).with_context(wrong)?;
            client = client.tls_certs_merge(trusted);
        }
        Ok(Self {
            url: args.master.clone(),
            token: args.token.clone().filter(|token| !token.is_empty()),
            client: client.build()?,
        })
    }

    /// A request, to be sent with [`Master::send`].
    pub(crate) fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        let request = self.client.request(method, self.url.join(path));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// The answer to a question, with what it says besides.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Trouble> {
        self.ask(self.request(Method::GET, path)).await
    }

    /// The answer to a request of which the answer is JSON.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, Trouble> {
        let answer = self.send(request.timeout(QUESTION)).await?;
        self.read(answer).await
    }

    /// An answer's JSON.
    pub(crate) async fn read<T: DeserializeOwned>(&self, answer: Response) -> Result<T, Trouble> {
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|error| self.away(&error))?;
        serde_json::from_slice(&bytes).map_err(|_| self.stranger(status))
    }

    /// Sends a request. Anything but success is trouble.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, Trouble> {
        let answer = request.send().await.map_err(|error| self.away(&error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(self.refused(answer).await)
    }

    /// What a connection that broke means.
    pub(crate) fn away(&self, error: &reqwest::Error) -> Trouble {
        if error.is_timeout() && !error.is_connect() {
            return self.silent();
        }
        let (url, cause) = (&self.url, root(error));
        let (message, hint) = if error.is_connect() {
            (
                format!("no master answers at `{url}` ({cause})"),
                "start one with `audiotome serve`, or name it with `--master`",
            )
        } else {
            (
                format!("the connection to the master at `{url}` broke ({cause})"),
                "try again; its log may say more",
            )
        };
        Trouble {
            ending: Ending::new(FAILED, message, hint),
            passes: true,
        }
    }

    /// What a connection on which nothing comes means.
    pub(crate) fn silent(&self) -> Trouble {
        let message = format!("the master at `{}` does not answer", self.url);
        Trouble {
            ending: Ending::new(FAILED, message, "look at its log, and try again"),
            passes: true,
        }
    }

    async fn refused(&self, answer: Response) -> Trouble {
        let status = answer.status();
        if status == StatusCode::UNAUTHORIZED {
            return self.locked_out();
        }
        let body = answer.bytes().await.unwrap_or_default();
        let Ok(body) = serde_json::from_slice::<ErrorBody>(&body) else {
            return self.stranger(status);
        };
        let ending = Ending {
            message: body.error.message,
            hint: body.error.hint,
            code: FAILED,
        };
        Trouble {
            ending,
            passes: passes(status),
        }
    }

    fn locked_out(&self) -> Trouble {
        let (verb, hint) = match self.token {
            Some(_) => (
                "refuses the token",
                "it is the one that `audiotome serve` was given",
            ),
            None => (
                "asks for a token",
                "say it with `--token` or `AUDIOTOME_TOKEN`",
            ),
        };
        let message = format!("the master at `{}` {verb}", self.url);
        Trouble {
            ending: Ending::new(FAILED, message, hint),
            passes: false,
        }
    }

    fn stranger(&self, status: StatusCode) -> Trouble {
        let message = format!(
            "what answers at `{}` is no master of audiotome (it says {status})",
            self.url
        );
        Trouble {
            ending: Ending::new(FAILED, message, "name the master with `--master`"),
            passes: passes(status),
        }
    }
}

/// What a proxy says while the master behind it starts again, and the master while it leaves.
fn passes(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
}

/// The last cause, which says it shortest.
fn root(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

/// The same answer as JSON and as what the client looks at.
pub(crate) fn both<T: DeserializeOwned>(answer: Value) -> anyhow::Result<(Value, T)> {
    let known = serde_json::from_value(answer.clone());
    let known = known.context("the master is of another version: its answer is not understood")?;
    Ok((answer, known))
}
