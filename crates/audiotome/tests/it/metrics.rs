//! The dashboard of `deploy` against what a real master and a real worker tell.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::queue_scene::{Helper, through};
use crate::redis::Redis;
use crate::sandbox::{BOOK, Sandbox, run};
use crate::serving::{Process, master};

/// What both tell after a book with a stumble in it.
fn told() -> String {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let args = ["worker", "--listen", "127.0.0.1:0", "--slots", "1"];
    let stumbles = "fail=lamp,fail-times=1";
    let worker = Process::start(sandbox.audiotome(&args).env("AUDIOTOME_TONE", stumbles));
    let mut command = master(&sandbox, "127.0.0.1:0", "");
    let master = Process::start(command.args(["--no-local", "--workers", &worker.address]));
    run(
        &mut master.client(&sandbox, &["submit", "--follow", "book.md"]),
        0,
    );
    let figures = |process: &Process| {
        let (_, text) = process.raw("GET", "/metrics", "", None);
        String::from_utf8(text).unwrap()
    };
    format!(
        "{}{}{}",
        figures(&master),
        figures(&worker),
        told_of_a_queue()
    )
}

/// What a master with a queue tells of it; a dead letter keeps the book there.
fn told_of_a_queue() -> String {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    sandbox.file("book.md", BOOK);
    let mut command = master(&sandbox, "127.0.0.1:0", "");
    through(command.arg("--no-local"), &sandbox, &redis);
    let master = Process::start(&mut command);
    let _worker = Helper::worker(&sandbox, &redis, "refuse=lamp");
    run(
        &mut master.client(&sandbox, &["submit", "--follow", "book.md"]),
        3,
    );
    let (_, text) = master.raw("GET", "/metrics", "", None);
    let text = String::from_utf8(text).unwrap();
    let lines = text.split_inclusive('\n');
    lines
        .filter(|line| line.contains("audiotome_queue_"))
        .collect()
}

fn dashboard() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/grafana-dashboard.json");
    serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap()
}

/// The queries of all panels.
fn queries(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels
        .filter_map(|panel| panel["targets"].as_array())
        .flatten();
    targets
        .map(|target| target["expr"].as_str().unwrap().to_owned())
        .collect()
}

/// Names of our figures in a query, each with the labels that it is asked for by value.
fn figures(query: &str) -> Vec<(&str, Vec<(&str, &str)>)> {
    let starts = query.match_indices("audiotome_").map(|(start, _)| start);
    let figure = |start: usize| {
        let rest = &query[start..];
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_');
        let (name, rest) = rest.split_at(end.unwrap_or(rest.len()));
        let labels = rest
            .strip_prefix('{')
            .and_then(|rest| rest.split('}').next());
        let exact = labels.unwrap_or_default().split(',');
        let exact = exact.filter_map(|label| label.split_once("=\""));
        (
            name,
            exact
                .map(|(name, value)| (name, value.trim_end_matches('"')))
                .collect(),
        )
    };
    starts.map(figure).collect()
}

/// Labels by which a query sums.
fn sums(query: &str) -> BTreeSet<&str> {
    let lists = query
        .split("by (")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    lists.flat_map(|list| list.split(", ")).collect()
}

#[test]
fn the_dashboard_asks_for_figures_that_there_are() {
    let told = told();
    let dashboard = dashboard();
    let queries = queries(&dashboard);
    assert!(queries.len() > 20);
    for query in &queries {
        for (name, labels) in figures(query) {
            let mut lines = told.lines().filter(|line| {
                line.strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with([' ', '{']))
            });
            let fits = |line: &str| {
                let has =
                    |(name, value): &(&str, &str)| line.contains(&format!("{name}=\"{value}\""));
                labels.iter().all(has)
            };
            assert!(
                lines.any(fits),
                "nobody tells {name} {labels:?} of `{query}`:\n{told}"
            );
        }
        // Prometheus adds the instance by itself.
        for label in sums(query).into_iter().filter(|label| *label != "instance") {
            assert!(
                told.contains(&format!("{label}=\"")),
                "nobody tells {label} of `{query}`"
            );
        }
    }
}

#[test]
fn every_figure_is_on_the_dashboard() {
    let told = told();
    let queries = queries(&dashboard()).join("\n");
    let families = told.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    for family in families.filter_map(|line| line.split(' ').next()) {
        assert!(queries.contains(family), "no panel shows {family}");
    }
}
