//! What dispatch costs: the real client, worker and master, with an engine that has its answer ready.
//!
//! `dispatch_bench worker SLOTS` prints its address and serves until its input ends.
//! `dispatch_bench calls|speak N WINDOW ADDRESS` has N segments spoken there, WINDOW at once, and prints
//! one JSON line: `calls` by [`Speaker::speak`](audiotome_dispatch::Speaker::speak) in a loop, `speak`
//! by the whole master. bench/dispatch.sh runs them beside others.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measuring program"
)]

mod book;
mod calls;
mod figures;
mod ledger;
mod master;
mod ready;
mod worker;

use std::sync::Arc;

use audiotome_dispatch::{Caller, HttpWorker};
use tokio::runtime::Builder;

use figures::Figures;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // As the `audiotome` program has it.
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    match arguments[..] {
        ["worker", slots] => runtime.block_on(worker::run(slots.parse().unwrap())),
        [how, count, window, address] => {
            let worker = HttpWorker::new(&address.parse().unwrap(), &Caller::default()).unwrap();
            let (count, window) = (count.parse().unwrap(), window.parse().unwrap());
            let figures = runtime.block_on(measure(how, Arc::new(worker), count, window));
            println!("{}", figures.line(how, window));
        }
        _ => panic!("worker SLOTS, or calls|speak N WINDOW ADDRESS"),
    }
}

/// A first round is not measured: connections are made in it.
async fn measure(how: &str, worker: Arc<HttpWorker>, count: usize, window: usize) -> Figures {
    let warm_up = book::plan(0, window * 2 + 20);
    let plan = book::plan(warm_up.segments.len(), count);
    match how {
        "calls" => {
            calls::run(&warm_up, &worker, window).await;
            calls::run(&plan, &worker, window).await
        }
        "speak" => {
            master::run(&warm_up, &worker).await;
            master::run(&plan, &worker).await
        }
        other => panic!("`{other}` is not calls or speak"),
    }
}
