//! Who may ask.
//!
//! A token tells, or the pass of a browser that showed it before. Without one, whoever reaches the master may ask, but no web page that somebody on
//! this machine happens to look at: neither by a name of its own that leads here, nor by sending forms.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::problem::{Kind, Problem};
use super::workers::ANNOUNCE;
use crate::ServerSettings;
use crate::master::Master;
use crate::web::login::has_pass;

/// What browsers say about where a request comes from.
const SITE: &str = "sec-fetch-site";

/// Lets nobody through without the people's token, where there is one. Workers that announce
/// themselves show the workers' token instead.
pub(crate) async fn check(
    State(master): State<Arc<Master>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let settings = &master.settings;
    let token = if request.uri().path() == ANNOUNCE {
        settings.caller.token.as_ref().or(settings.token.as_ref())
    } else {
        settings.token.as_ref()
    };
    if let Some(token) = token {
        // Browsers show the pass of whoever is logged in with every request, whichever page it is of.
        if has_pass(token, request.headers()) {
            same_origin(request.method(), request.headers())?;
            return Ok(next.run(request).await);
        }
        let shown = request.headers().get(AUTHORIZATION);
        let shown = shown.and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|value| value.strip_prefix("Bearer "));
        if !shown.is_some_and(|shown| token.is(shown.trim())) {
            let message = "this master needs its token: `Authorization: Bearer …`";
            return Err(Problem::new(Kind::Unauthorized, message));
        }
    } else {
        known_host(settings, request.headers())?;
        same_origin(request.method(), request.headers())?;
    }
    Ok(next.run(request).await)
}

/// Refuses names that somebody else may have let lead to this machine (DNS rebinding). A browser
/// always says which name it was given.
pub(crate) fn known_host(settings: &ServerSettings, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(host) = headers.get(HOST) else {
        return Ok(());
    };
    let listen = settings.listen.ip();
    // Who is open to other machines without a token has been told to be open to anybody.
    if !listen.is_loopback() {
        return Ok(());
    }
    let name = host.to_str().ok().and_then(|host| host.parse().ok());
    let name = name.map(|name: Authority| name.host().to_ascii_lowercase());
    let is_known = |name: &str| {
        let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback() || address == listen)
            || name == "localhost"
            || name.ends_with(".localhost")
            || settings
                .names
                .iter()
                .any(|own| own.eq_ignore_ascii_case(name))
    };
    if name.as_deref().is_some_and(is_known) {
        return Ok(());
    }
    let host = String::from_utf8_lossy(host.as_bytes());
    let message = format!("this master has no token and is not called `{host}`");
    let hint = "ask `localhost`, or start it with `--allow-host NAME`, or with `--token`";
    Err(Problem::new(Kind::Forbidden, message).with_hint(Some(hint.to_owned())))
}

/// Refuses what pages of other sites want changed. Programs say nothing about an origin.
pub(crate) fn same_origin(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let foreign = match text(ORIGIN.as_str()) {
        // `null`, and whatever else has no host, is nobody's.
        Some(origin) => origin.split_once("://").map(|(_, host)| host) != text(HOST.as_str()),
        None => headers.contains_key(ORIGIN) || text(SITE) == Some("cross-site"),
    };
    if !foreign {
        return Ok(());
    }
    let message = "this master takes nothing from pages of other sites";
    let hint = "send its token: `Authorization: Bearer …`";
    Err(Problem::new(Kind::Forbidden, message).with_hint(Some(hint.to_owned())))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(list: &[(HeaderName, &'static str)]) -> HeaderMap {
        let list = list.iter().cloned();
        list.map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn pages_of_other_sites_change_nothing() {
        let site = HeaderName::from_static(SITE);
        for (sent, refused) in [
            (headers(&[(HOST, "127.0.0.1:7860")]), false),
            (headers(&[(HOST, "a:1"), (ORIGIN, "http://a:1")]), false),
            (headers(&[(HOST, "a:1"), (ORIGIN, "http://b:1")]), true),
            (headers(&[(HOST, "a:1"), (ORIGIN, "http://a:2")]), true),
            (headers(&[(HOST, "a:1"), (ORIGIN, "null")]), true),
            (
                headers(&[(HOST, "a:1"), (site.clone(), "cross-site")]),
                true,
            ),
            (
                headers(&[(HOST, "a:1"), (site.clone(), "same-origin")]),
                false,
            ),
            (headers(&[(HOST, "a:1"), (site, "none")]), false),
        ] {
            let answer = same_origin(&Method::POST, &sent);
            assert_eq!(answer.is_err(), refused, "{sent:?}");
            assert!(same_origin(&Method::GET, &sent).is_ok());
        }
    }
}
