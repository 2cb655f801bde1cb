//! Addresses of machines that help, as people write them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use audiotome_dispatch::{Caller, HttpWorker, Local, Slots, Speaker, WorkerAddress};
use audiotome_speech::{ServerError, SpeechServer};
use thiserror::Error;

use crate::repertoire::Foreign;

/// A machine that helps.
#[derive(Clone, Debug, PartialEq)]
pub enum Address {
    /// One that runs `audiotome worker`.
    Worker(WorkerAddress),
    /// A speech server of others.
    Server(SpeechServer),
}

/// Not the address of a machine that helps.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Of no worker.
    #[error(transparent)]
    Worker(#[from] audiotome_dispatch::AddressError),
    /// Of no speech server.
    #[error(transparent)]
    Server(#[from] ServerError),
}

impl Address {
    /// What people call the machine: host and port.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Worker(address) => address.name(),
            Self::Server(server) => server.name(),
        }
    }

    /// Whoever speaks there.
    ///
    /// # Errors
    /// When this system can make no HTTP client.
    pub fn speaker(&self, caller: &Caller) -> Result<Arc<dyn Speaker>, reqwest::Error> {
        Ok(match self {
            Self::Worker(address) => Arc::new(HttpWorker::new(address, caller)?),
            Self::Server(server) => {
                let slots = Slots::new(server.slots());
                let voices = Arc::new(Foreign::new(server.clone()));
                Arc::new(Local::new(&server.name(), voices, slots))
            }
        })
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Ok(if SpeechServer::is_meant(text) {
            Self::Server(text.parse()?)
        } else {
            Self::Worker(text.parse()?)
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Worker(address) => address.fmt(f),
            Self::Server(server) => server.fmt(f),
        }
    }
}
