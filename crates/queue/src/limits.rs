//! Limits that hold across all workers, for speech services that are paid for or shared.

use std::fmt;
use std::str::FromStr;

use redis::{Cmd, Pipeline};
use serde::{Deserialize, Serialize};

use crate::error::QueueError;
use crate::queue::Queue;

/// What a limit is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LimitOn {
    /// Everything in the namespace.
    All,
    /// An engine, by its name.
    Engine(String),
    /// Everything of one master.
    Master(String),
    /// One book.
    Lane(String),
}

/// A limit; what it does not set is unlimited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// What it is on.
    pub on: LimitOn,
    /// Segments that may be begun in a second.
    pub rate: Option<f64>,
    /// Segments that may be spoken at once.
    pub at_once: Option<u32>,
}

impl fmt::Display for LimitOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Engine(name) => write!(f, "engine:{name}"),
            Self::Master(name) => write!(f, "master:{name}"),
            Self::Lane(name) => write!(f, "lane:{name}"),
        }
    }
}

impl FromStr for LimitOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "all" => Ok(Self::All),
            Some(("engine", name)) => Ok(Self::Engine(name.to_owned())),
            Some(("master", name)) => Ok(Self::Master(name.to_owned())),
            Some(("lane", name)) => Ok(Self::Lane(name.to_owned())),
            _ => Err(format!(
                "`{text}` is no `all`, `engine:NAME`, `master:NAME` or `lane:NAME`"
            )),
        }
    }
}

impl TryFrom<String> for LimitOn {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<LimitOn> for String {
    fn from(on: LimitOn) -> Self {
        on.to_string()
    }
}

impl Queue {
    /// Sets a limit; one that sets nothing is removed.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn limit(&self, limit: &Limit) -> Result<(), QueueError> {
        let mut pipe = redis::pipe();
        self.put_limit(&mut pipe, limit);
        self.look_again(&mut pipe);
        self.link.send(&pipe).await
    }

    /// Sets these limits in place of all that there were, at once.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn set_limits(&self, limits: &[Limit]) -> Result<(), QueueError> {
        let mut pipe = redis::pipe();
        pipe.atomic();
        pipe.cmd("DEL").arg(self.key("limits")).ignore();
        for limit in limits {
            self.put_limit(&mut pipe, limit);
        }
        self.look_again(&mut pipe);
        self.link.send(&pipe).await
    }

    fn put_limit(&self, pipe: &mut Pipeline, limit: &Limit) {
        let key = self.key("limits");
        let fields = [
            ("rate", limit.rate.map(|rate| rate.to_string())),
            ("at-once", limit.at_once.map(|most| most.to_string())),
        ];
        for (what, value) in fields {
            let field = format!("{} {what}", limit.on);
            match value {
                Some(value) => pipe.cmd("HSET").arg(&key).arg(field).arg(value).ignore(),
                None => pipe.cmd("HDEL").arg(&key).arg(field).ignore(),
            };
        }
    }

    /// Whoever waits for an old limit looks again.
    fn look_again(&self, pipe: &mut Pipeline) {
        pipe.cmd("PUBLISH").arg(self.key("wake")).arg("").ignore();
    }

    /// The limits that are set.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn limits(&self) -> Result<Vec<Limit>, QueueError> {
        let mut command = Cmd::new();
        command.arg("HGETALL").arg(self.key("limits"));
        Ok(parsed(self.link.ask(&command).await?))
    }
}

/// The limits as Redis has them.
pub(crate) fn parsed(fields: Vec<(String, String)>) -> Vec<Limit> {
    let mut limits = std::collections::BTreeMap::new();
    for (field, value) in fields {
        let Some((on, what)) = field.rsplit_once(' ') else {
            continue;
        };
        let Ok(on) = on.parse::<LimitOn>() else {
            continue;
        };
        let limit = limits.entry(on.clone()).or_insert(Limit {
            on,
            rate: None,
            at_once: None,
        });
        match what {
            "rate" => limit.rate = value.parse().ok(),
            _ => limit.at_once = value.parse().ok(),
        }
    }
    limits.into_values().collect()
}
