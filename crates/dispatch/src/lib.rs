//! Who speaks.
//!
//! [`speak`] turns a plan into clips in a store: it asks the store what is missing, leases those
//! segments in reading order to the speakers of a [`Cluster`], checks every clip and keeps it. A
//! [`Speaker`] is this machine's engines ([`Local`]) or a worker over HTTP ([`HttpWorker`]); the other
//! end of the latter is [`worker`]. Where a clip comes from is nobody's business afterwards, so a run
//! that was killed is continued by planning again.
//!
//! Many books may be spoken at once: they share the turns of every speaker by their [`Priority`]. Within
//! a book, what a listener wants to hear next is spoken first: see [`Position`].
//! [`speak_once`] has a single text spoken in the same way, and a [`Gateway`] lets a worker's door
//! speak with a whole cluster.

mod client;
mod cluster;
mod dispatcher;
mod gateway;
mod health;
mod listener;
mod local;
mod member;
mod missing;
mod once;
mod pace;
mod parts;
mod position;
mod queue;
mod repertoire;
mod round;
mod settings;
mod speaker;
mod tls;
mod token;
mod turns;
pub mod wire;
pub mod worker;

pub use client::{AddressError, Caller, HttpWorker, MasterAddress, WorkerAddress};
pub use cluster::Cluster;
pub use dispatcher::Dispatcher;
pub use gateway::Gateway;
pub use listener::{Connection, Listener, Socket, listen};
pub use local::{Local, Slots};
pub use member::{Change, Member, MemberState, MemberStatus};
pub use once::{OnceError, speak_once};
pub use position::Position;
pub use queue::{Consumer, ConsumerSettings, Ended, Producer, ProducerSettings, Transport};
pub use repertoire::{Opened, Repertoire, RepertoireError, Single};
pub use round::{DispatchError, Outcome, speak};
pub use settings::Settings;
pub use speaker::{Failure, Fitness, Request, Speaker};
pub use tls::{Tls, TlsError, Trusted};
pub use token::Token;
pub use turns::Priority;
