//! `audiotome serve`: the master.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use audiotome_dispatch::{Slots, Token, listen};
use audiotome_production::DataFolder;
use audiotome_server::{ServerSettings, serve};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::ServeArgs;
use crate::exit::{DONE, guarded};
use crate::signals;
use crate::studio;

/// Serves until Ctrl-C or SIGTERM. Jobs that run are taken up again when it is started again.
pub(crate) fn run(args: &ServeArgs, data: &DataFolder) -> anyhow::Result<u8> {
    let token = args.token.as_deref().and_then(Token::new);
    guarded(args.listen, token.is_some() || args.insecure)?;
    let tls = args.tls.load()?;
    let slots = args
        .slots
        .map_or_else(Slots::per_core, |slots| Slots::new(slots.into()));
    let library = args.library.clone();
    let settings = ServerSettings {
        token,
        listen: args.listen,
        tls: tls.is_some(),
        names: args.allow_host.clone(),
        caller: studio::caller(&args.cluster)?,
        library: library.unwrap_or_else(|| data.path().join("audiobooks")),
        jobs_at_once: args.jobs.into(),
        most_upload_bytes: u64::from(args.max_upload) << 20,
        voices_mirror: args.voices_mirror.clone(),
        ffmpeg: audiotome_audio::ffmpeg::program().display().to_string(),
    };
    let runtime = signals::runtime()?;
    let drain = signals::stop(&runtime);
    runtime.block_on(async {
        // Members serve the queue until the last job has stopped.
        let stop = CancellationToken::new();
        let staffed = studio::of_master(&args.cluster, data, slots, &stop).await?;
        let socket = TcpListener::bind(args.listen).await;
        let socket = socket.with_context(|| format!("can't listen on `{}`", args.listen))?;
        let address = socket.local_addr()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        // Scripts that ask for port 0 read the port here.
        writeln!(io::stdout(), "listening on {scheme}://{address}")?;
        io::stdout().flush()?;
        let listener = listen(socket, tls.as_ref());
        serve(listener, Arc::clone(&staffed.studio), settings, drain).await?;
        staffed.leave(&stop).await;
        anyhow::Ok(())
    })?;
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(DONE)
}
