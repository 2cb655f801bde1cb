//! What can go wrong with Redis.

use redis::{ErrorKind, RedisError, ServerError};
use thiserror::Error;

/// The queue can't be used, now or at all.
#[derive(Debug, Error)]
#[error("the queue `{address}`: {reason}")]
pub struct QueueError {
    pub(crate) address: String,
    pub(crate) reason: String,
    pub(crate) kind: QueueErrorKind,
}

/// What is wrong with the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueErrorKind {
    /// Nobody answers, or the connection broke.
    Unreachable,
    /// The password or user is wrong, or may not do what is needed.
    Refused,
    /// Its memory is used up.
    Full,
    /// It may not be written: a replica, or its disk is full.
    ReadOnly,
    /// It throws keys away when memory runs out.
    Evicts,
    /// It is a node of a cluster that does not hold the queue.
    Cluster,
    /// Other versions of audiotome use it, or Redis is too old.
    Version,
    /// Anything else that it says.
    Other,
}

impl QueueError {
    pub(crate) fn new(address: &impl ToString, error: &RedisError) -> Self {
        let kind = kind(error);
        let reason = match kind {
            QueueErrorKind::Unreachable => format!("no answer ({error})"),
            QueueErrorKind::Refused => format!("it refuses us ({error})"),
            QueueErrorKind::Full => "its memory is used up".to_owned(),
            QueueErrorKind::ReadOnly => format!("it can't be written ({error})"),
            _ => error.to_string(),
        };
        Self {
            address: address.to_string(),
            reason,
            kind,
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> QueueErrorKind {
        self.kind
    }

    /// A port with TLS hangs up on whoever speaks without.
    fn may_lack_tls(&self) -> bool {
        let hung_up = ["reset by peer", "roken pipe", "end of file"];
        self.address.starts_with("redis://") && hung_up.iter().any(|how| self.reason.contains(how))
    }

    /// A port without TLS waits for the rest of what it can't understand.
    fn may_have_no_use_for_tls(&self) -> bool {
        let silent = ["timed out", "InvalidContentType"];
        self.address.starts_with("rediss://") && silent.iter().any(|how| self.reason.contains(how))
    }

    /// What is wrong, without the address.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The way out.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.kind {
            QueueErrorKind::Unreachable if self.reason.contains("certificate") => {
                "name a PEM file that vouches for its certificate with `--tls-ca`"
            }
            QueueErrorKind::Unreachable if self.may_lack_tls() => {
                "where that port wants TLS, it is `rediss://`; otherwise look at Redis' log"
            }
            QueueErrorKind::Unreachable if self.may_have_no_use_for_tls() => {
                "where that port speaks no TLS, it is `redis://`; otherwise see whether Redis can be reached"
            }
            QueueErrorKind::Unreachable => {
                "start Redis, or name the right one with `--queue redis://host:6379`"
            }
            QueueErrorKind::Refused if is_denied(&self.reason) => {
                "let its user do what `docs/queue.md` lists under Security: `ACL LOG` tells what it may not"
            }
            QueueErrorKind::Refused => {
                "give user and password as in `redis://user:password@host:6379`"
            }
            QueueErrorKind::Full => "raise Redis' `maxmemory`: what waits stays where it is",
            QueueErrorKind::ReadOnly => "name the primary, not a replica, and look at Redis' disk",
            QueueErrorKind::Cluster => {
                "name the node that holds the namespace, or a Redis that is no cluster"
            }
            QueueErrorKind::Evicts => "set Redis' `maxmemory-policy` to `noeviction`",
            QueueErrorKind::Version => {
                "use one version of audiotome for masters and workers, and Redis 6.2 or newer"
            }
            QueueErrorKind::Other => "look at Redis' log",
        }
    }
}

/// What Redis itself tells, of one command or of the first that failed of several.
pub(crate) fn told(error: &RedisError) -> Option<ServerError> {
    let errors = error.clone().into_server_errors()?;
    errors.first().map(|(_, error)| error.clone())
}

fn kind(error: &RedisError) -> QueueErrorKind {
    if is_denied(&error.to_string()) {
        return QueueErrorKind::Refused;
    }
    match told(error).as_ref().map(ServerError::code) {
        Some("OOM") => QueueErrorKind::Full,
        Some("MOVED" | "ASK" | "CROSSSLOT") => QueueErrorKind::Cluster,
        Some("READONLY" | "MISCONF") => QueueErrorKind::ReadOnly,
        Some("NOAUTH" | "WRONGPASS") => QueueErrorKind::Refused,
        Some("LOADING") => QueueErrorKind::Unreachable,
        Some(_) => QueueErrorKind::Other,
        None => match error.kind() {
            ErrorKind::AuthenticationFailed => QueueErrorKind::Refused,
            ErrorKind::Server(_)
            | ErrorKind::UnexpectedReturnType
            | ErrorKind::Parse
            | ErrorKind::InvalidClientConfig => QueueErrorKind::Other,
            _ => QueueErrorKind::Unreachable,
        },
    }
}

/// Whether the user may not do something. In a script Redis 7 has no code for that.
fn is_denied(text: &str) -> bool {
    let words = [
        "NOPERM",
        "NoPerm",
        "No permissions",
        "can't run this command",
        "can't access at least one",
    ];
    words.iter().any(|words| text.contains(words))
}
