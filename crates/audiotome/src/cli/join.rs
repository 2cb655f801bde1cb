//! Masters that a worker offers its help to.

use audiotome_dispatch::worker::Joining;
use audiotome_dispatch::{Caller, MasterAddress, Token, WorkerAddress};
use clap::Args;

use super::quiet::Quiet;
use super::tls::TrustArgs;
use crate::exit::{Ending, USAGE};

/// Masters that a worker offers its help to.
#[derive(Debug, Args)]
#[command(next_help_heading = "Joining")]
pub(crate) struct JoinArgs {
    /// Masters (`audiotome serve`) to help, such as `http://books:7860`; they get the worker's token
    #[arg(
        long,
        env = "AUDIOTOME_JOIN",
        value_name = "LIST",
        value_parser = Quiet::<MasterAddress>::new(),
        value_delimiter = ','
    )]
    pub(crate) join: Vec<MasterAddress>,
    /// Where masters reach this worker [default: where its call comes from, at the port of `--listen`]
    #[arg(long, env = "AUDIOTOME_ADVERTISE", value_name = "HOST:PORT")]
    pub(crate) advertise: Option<WorkerAddress>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
}

impl JoinArgs {
    /// What to tell whom, when there is somebody.
    pub(crate) fn joining(
        &self,
        token: Option<Token>,
        has_tls: bool,
    ) -> anyhow::Result<Option<Joining>> {
        if self.join.is_empty() {
            return Ok(None);
        }
        let mut address = self.advertise.clone();
        if has_tls {
            address = address.map(WorkerAddress::with_tls);
            if address.is_none() {
                let message = "a worker that speaks HTTPS must say where masters reach it";
                let hint = "name it as in its certificate, with `--advertise HOST:PORT`";
                return Err(Ending::new(USAGE, message, hint).into());
            }
        }
        let mut masters: Vec<MasterAddress> = Vec::new();
        for master in &self.join {
            if !masters.contains(master) {
                masters.push(master.clone());
            }
        }
        let trusted = self.trust.load()?;
        Ok(Some(Joining {
            masters,
            address,
            caller: Caller { token, trusted },
            every: Joining::EVERY,
        }))
    }
}
