//! `audiotome worker`: this machine speaks for others.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use audiotome_dispatch::worker::{WorkerSettings, serve};
use audiotome_dispatch::{Repertoire as _, Slots, Token};
use audiotome_production::{DataFolder, Installed};
use tokio::net::TcpListener;

use crate::cli::WorkerArgs;
use crate::exit::{DONE, Ending, MISSING, guarded};
use crate::signals;

/// Serves until Ctrl-C or SIGTERM, finishes what is being spoken, and leaves.
pub(crate) fn run(args: &WorkerArgs, data: &DataFolder) -> anyhow::Result<u8> {
    let token = args.token.as_deref().and_then(Token::new);
    guarded(args.listen, token.is_some() || args.insecure)?;
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
        let listener = TcpListener::bind(args.listen).await;
        let listener = listener.with_context(|| format!("can't listen on `{}`", args.listen))?;
        let address = listener.local_addr()?;
        // Scripts that ask for port 0 read the port here.
        writeln!(
            io::stdout(),
            "listening on http://{address}, {} slots",
            slots.count()
        )?;
        io::stdout().flush()?;
        serve(listener, Arc::new(repertoire), settings, drain).await?;
        anyhow::Ok(())
    })?;
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(DONE)
}
