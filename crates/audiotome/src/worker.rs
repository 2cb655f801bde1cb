//! `audiotome worker`: this machine speaks for others.

use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use audiotome_dispatch::worker::{Joining, WorkerSettings, announce, serve};
use audiotome_dispatch::{
    Consumer, ConsumerSettings, Ended, Local, MasterAddress, Repertoire as _, Slots, Tls, Token,
    listen,
};
use audiotome_production::{DataFolder, Installed, THIS_MACHINE};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::cli::WorkerArgs;
use crate::exit::{DONE, Ending, MISSING, guarded};
use crate::queue::{self, Opened};
use crate::signals;

/// Where a worker listens that was told nothing.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);
/// The least time that an engine is given for a segment of the queue.
const PATIENCE: Duration = Duration::from_secs(60);

/// Speaks until Ctrl-C or SIGTERM, finishes what is being spoken, and leaves.
pub(crate) fn run(args: &WorkerArgs, data: &DataFolder) -> anyhow::Result<u8> {
    let repertoire = Installed::new(data.voices());
    if repertoire.voices().is_empty() {
        let hint = "`audiotome doctor` tells how to get some";
        return Err(Ending::new(MISSING, "no voice is installed", hint).into());
    }
    let slots = args
        .slots
        .map_or_else(Slots::per_core, |slots| Slots::new(slots.into()));
    let served = served(args, slots)?;
    queue::check_folder(&args.queue)?;
    let runtime = match &args.queue.queue {
        Some(_) => signals::small_runtime()?,
        None => signals::runtime()?,
    };
    let drain = signals::stop(&runtime);
    let repertoire = Arc::new(repertoire);
    runtime.block_on(async {
        let opened = queue::open(&args.queue, &args.join.trust).await?;
        // With a queue, the server is for whoever watches; it is up only when it was asked for.
        let server = match (&opened, args.listen) {
            (Some(_), None) => None,
            _ => Some(start(served, Arc::clone(&repertoire), slots, &drain).await?),
        };
        if let Some(opened) = opened {
            consume(args, opened, repertoire, slots, &drain).await?;
        }
        if let Some(server) = server {
            server.await??;
        }
        anyhow::Ok(())
    })?;
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(DONE)
}

/// What it takes to be a server.
struct Served {
    listen: SocketAddr,
    settings: WorkerSettings,
    tls: Option<Tls>,
    joining: Option<Joining>,
}

fn served(args: &WorkerArgs, slots: Slots) -> anyhow::Result<Served> {
    let token = args.token.as_deref().and_then(Token::new);
    let listen = args.listen.unwrap_or(LISTEN);
    guarded(listen, token.is_some() || args.insecure)?;
    let tls = args.tls.load()?;
    let joining = args.join.joining(token.clone(), tls.is_some())?;
    Ok(Served {
        listen,
        settings: WorkerSettings {
            slots,
            token,
            ffmpeg: audiotome_audio::ffmpeg::program().display().to_string(),
        },
        tls,
        joining,
    })
}

/// Starts the server; what comes back ends when it has answered its last request after `drain`.
async fn start(
    served: Served,
    repertoire: Arc<Installed>,
    slots: Slots,
    drain: &CancellationToken,
) -> anyhow::Result<JoinHandle<anyhow::Result<()>>> {
    let socket = TcpListener::bind(served.listen).await;
    let socket = socket.with_context(|| format!("can't listen on `{}`", served.listen))?;
    let address = socket.local_addr()?;
    let scheme = if served.tls.is_some() {
        "https"
    } else {
        "http"
    };
    // Scripts that ask for port 0 read the port here.
    writeln!(
        io::stdout(),
        "listening on {scheme}://{address}, {} slots",
        slots.count()
    )?;
    io::stdout().flush()?;
    let announcing = served.joining.map(|joining| join(&joining, address, drain));
    let announcing = announcing.transpose()?;
    let listener = listen(socket, served.tls.as_ref());
    let drain = drain.clone();
    Ok(tokio::spawn(async move {
        serve(listener, repertoire, served.settings, drain).await?;
        if let Some(announcing) = announcing {
            announcing.await?;
        }
        Ok(())
    }))
}

/// Takes from the queue until `drain`, or until the worker leaves by itself; then `drain` is set.
async fn consume(
    args: &WorkerArgs,
    opened: Opened,
    repertoire: Arc<Installed>,
    slots: Slots,
    drain: &CancellationToken,
) -> anyhow::Result<()> {
    let name = queue::process_name();
    let connected = queue::connected(opened.queue.address());
    writeln!(
        io::stdout(),
        "{connected} as {name}, {} slots",
        slots.count()
    )?;
    io::stdout().flush()?;
    let settings = ConsumerSettings {
        name,
        lease: args.queue.lease(),
        patience: PATIENCE,
        max_segments: args.leaving.max_jobs,
        max_idle: args
            .leaving
            .max_idle
            .map(|seconds| Duration::from_secs(seconds.into())),
    };
    let speaker = Arc::new(Local::new(THIS_MACHINE, repertoire, slots));
    let clips = (opened.clips, opened.store_id);
    let consumer = Consumer::new(speaker, opened.queue, clips, settings, drain.clone());
    match consumer.run().await {
        Ended::Drained => {}
        Ended::Enough => tell("leaves: it has spoken as much as it was to"),
        Ended::Idle => tell("leaves: there was nothing to do"),
    }
    drain.cancel();
    Ok(())
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
