//! What happens at a master, as it happens: its server-sent events.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, Response};
use serde_json::Value;

use super::master::{Master, Trouble};

/// The master says something every 15 seconds; one that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(45);

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct News {
    /// `job`, `chapter`, `segment`, `worker` or `reset`.
    pub(crate) kind: String,
    pub(crate) data: Value,
}

/// The events of one job, and those of workers. It goes on where it was when it is opened again.
pub(crate) struct Events {
    job: String,
    /// The event that was heard last.
    last: Option<String>,
    stream: Option<Response>,
    lines: Lines,
}

impl Events {
    pub(crate) fn of(job: &str) -> Self {
        Self {
            job: job.to_owned(),
            last: None,
            stream: None,
            lines: Lines::default(),
        }
    }

    /// Begins to listen, or goes on after it broke.
    pub(crate) async fn open(&mut self, master: &Master) -> Result<(), Trouble> {
        let request = master.request(Method::GET, &["events"]);
        let mut request = request
            .query(&[("job", &self.job)])
            .header(ACCEPT, "text/event-stream");
        if let Some(last) = self.last.as_deref().map(HeaderValue::from_str)
            && let Ok(last) = last
        {
            request = request.header("last-event-id", last);
        }
        self.lines = Lines::default();
        self.stream = Some(master.send(request).await?);
        Ok(())
    }

    /// What happened next; `None` when the connection broke. Nothing is lost when it is not waited
    /// for to the end.
    pub(crate) async fn next(&mut self) -> Option<News> {
        loop {
            if let Some((id, news)) = self.lines.event() {
                self.last = id.or(self.last.take());
                return Some(news);
            }
            let chunk = tokio::time::timeout(SILENCE, self.stream.as_mut()?.chunk()).await;
            let Ok(Ok(Some(chunk))) = chunk else {
                self.stream = None;
                return None;
            };
            self.lines.add(&chunk);
        }
    }
}

/// The lines of an event stream, taken apart.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
}

impl Lines {
    fn add(&mut self, chunk: &[u8]) {
        self.bytes.extend(chunk);
    }

    /// The next event that is there as a whole, with its id.
    fn event(&mut self) -> Option<(Option<String>, News)> {
        loop {
            let end = self.bytes.windows(2).position(|pair| pair == b"\n\n")?;
            let block: Vec<u8> = self.bytes.drain(..end + 2).collect();
            let block = String::from_utf8_lossy(&block);
            let (mut id, mut news, mut data) = (None, News::default(), String::new());
            for line in block.lines() {
                let (field, value) = line.split_once(':').unwrap_or((line, ""));
                let value = value.strip_prefix(' ').unwrap_or(value);
                match field {
                    "id" => id = Some(value.to_owned()),
                    "event" => value.clone_into(&mut news.kind),
                    "data" => data.push_str(value),
                    _ => {}
                }
            }
            // Comments keep the connection alive.
            if let Ok(said) = serde_json::from_str::<Value>(&data) {
                news.data = said["data"].clone();
                return Some((id, news));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_come_in_pieces() {
        let mut lines = Lines::default();
        lines.add(b": hello\n\nid: 7-1\nevent: job\nda");
        assert_eq!(lines.event(), None);
        lines.add(b"ta: {\"job\":\"a\",\"data\":{\"state\":\"done\"}}\n\nid");
        let news = News {
            kind: "job".to_owned(),
            data: json!({ "state": "done" }),
        };
        assert_eq!(lines.event(), Some((Some("7-1".to_owned()), news)));
        assert_eq!(lines.event(), None);
    }
}
