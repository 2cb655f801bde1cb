//! `audiotome worker`: this machine speaks for others.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use audiotome_dispatch::worker::{Joining, WorkerSettings, announce, serve};
use audiotome_dispatch::{MasterAddress, Repertoire as _, Slots, Token, listen};
use audiotome_production::{DataFolder, Installed};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::cli::WorkerArgs;
use crate::exit::{DONE, Ending, MISSING, guarded};
use crate::signals;

/// Serves until Ctrl-C or SIGTERM, finishes what is being spoken, and leaves.
pub(crate) fn run(args: &WorkerArgs, data: &DataFolder) -> anyhow::Result<u8> {
    let token = args.token.as_deref().and_then(Token::new);
    guarded(args.listen, token.is_some() || args.insecure)?;
    let tls = args.tls.load()?;
    let joining = args.join.joining(token.clone(), tls.is_some())?;
    let repertoire = Installed::new(data.voices());
    if repertoire.voices().is_empty() {
        let hint = "`audiotome doctor` tells how to get some";
        return Err(Ending::new(MISSING, "no voice is installed", hint).into());
    }
    let runtime = signals::runtime()?;
    let drain = signals::stop(&runtime);
    let slots = args
        .slots
        .map_or_else(Slots::per_core, |slots| Slots::new(slots.into()));
    let settings = WorkerSettings {
        slots,
        token,
        ffmpeg: audiotome_audio::ffmpeg::program().display().to_string(),
    };
    runtime.block_on(async {
        let socket = TcpListener::bind(args.listen).await;
        let socket = socket.with_context(|| format!("can't listen on `{}`", args.listen))?;
        let address = socket.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        // Scripts that ask for port 0 read the port here.
        writeln!(
            io::stdout(),
            "listening on {scheme}://{address}, {} slots",
            slots.count()
        )?;
        io::stdout().flush()?;
        let announcing = joining.map(|joining| join(&joining, address, &drain));
        let announcing = announcing.transpose()?;
        let listener = listen(socket, tls.as_ref());
        serve(listener, Arc::new(repertoire), settings, drain).await?;
        if let Some(announcing) = announcing {
            announcing.await?;
        }
        anyhow::Ok(())
    })?;
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(DONE)
}

/// Announces the worker at `address` until `drain`, and tells the user what only the user can change.
fn join(
    joining: &Joining,
    address: SocketAddr,
    drain: &CancellationToken,
) -> anyhow::Result<JoinHandle<()>> {
    let far = |master: &&MasterAddress| !master.is_loopback();
    if let Some(master) = joining.masters.iter().find(far)
        && joining.address.is_none()
        && address.ip().is_loopback()
    {
        tell(&format!(
            "`{master}` can't reach `{address}` from another machine: listen on `0.0.0.0:{}`, with a token",
            address.port()
        ));
    }
    let announcing = announce(joining, address.port(), drain, tell)?;
    Ok(tokio::spawn(announcing))
}

fn tell(line: &str) {
    // Nothing can be done about a closed stderr.
    let _ = writeln!(io::stderr(), "{line}");
}
