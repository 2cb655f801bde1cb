//! Where audiobooks are made.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use audiotome_core::{AudioStore, StoreError};
use audiotome_dispatch::{Caller, Cluster, Dispatcher, Local, Slots};
use audiotome_speech::SpeechServer;

use crate::{Address, DataFolder, Installed};

/// What people call the machine that this process runs on.
pub const THIS_MACHINE: &str = "this machine";

/// What all audiobooks of this process share.
pub struct Studio {
    /// Clips, chapters and voices.
    pub data: DataFolder,
    /// The voices of this machine.
    pub installed: Arc<Installed>,
    /// Everybody who speaks here or at an address that is known.
    pub cluster: Arc<Cluster>,
    /// How segments reach whoever speaks them.
    pub dispatcher: Dispatcher,
    /// Speech servers of others among them, the first one first.
    servers: Mutex<Vec<SpeechServer>>,
    /// Chapters encoded at once, for each book.
    pub encoders: usize,
    /// The least time that a speaker is given for an answer.
    pub patience: Duration,
    /// Wait for somebody who can speak, instead of giving up when nobody can.
    pub wait_for_members: bool,
}

impl Studio {
    /// A studio in which nobody speaks yet.
    #[must_use]
    pub fn new(data: DataFolder, patience: Duration, wait_for_members: bool) -> Self {
        let cluster = Arc::new(Cluster::default());
        Self {
            installed: Arc::new(Installed::new(data.voices())),
            data,
            dispatcher: Dispatcher::Direct(Arc::clone(&cluster)),
            cluster,
            servers: Mutex::default(),
            encoders: Slots::per_core().count(),
            patience,
            wait_for_members,
        }
    }

    /// The store of clips.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn store(&self) -> Result<Arc<dyn AudioStore>, StoreError> {
        match &self.dispatcher {
            Dispatcher::Direct(_) => Ok(Arc::new(self.data.store()?)),
            Dispatcher::Queue(producer) => Ok(producer.store()),
        }
    }

    /// Where people find the clips, and the flag that says so.
    pub(crate) fn place_of_clips(&self) -> (String, &'static str) {
        let shared = match &self.dispatcher {
            Dispatcher::Direct(_) => None,
            Dispatcher::Queue(producer) => producer.shared_store(),
        };
        match shared {
            Some(place) => (place.to_owned(), "--store"),
            None => (self.data.clips().display().to_string(), "--data"),
        }
    }

    /// Lets this machine speak.
    pub fn add_this_machine(&self, slots: Slots) {
        let voices = Arc::clone(&self.installed);
        self.cluster
            .add(Arc::new(Local::new(THIS_MACHINE, voices, slots)));
    }

    /// Lets another machine speak. The voice of the first speech server of others is meant where no
    /// other one is asked for; that of another one where its name is.
    ///
    /// # Errors
    /// When this system can make no HTTP client.
    pub fn add(&self, address: &Address, caller: &Caller) -> Result<(), reqwest::Error> {
        self.cluster.add(address.speaker(caller)?);
        if let Address::Server(server) = address {
            let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
            if !servers.contains(server) {
                servers.push(server.clone());
            }
        }
        Ok(())
    }

    /// Forgets the voices of a machine that has left.
    pub fn forget(&self, name: &str) {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.retain(|server| server.name() != name);
    }

    /// The speech servers of others, the first one first.
    #[must_use]
    pub fn servers(&self) -> Vec<SpeechServer> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.clone()
    }
}
