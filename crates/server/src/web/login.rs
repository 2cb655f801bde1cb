//! Who may see the pages: whoever showed the people's token once.
//!
//! The cookie holds what can be made of the token, but not the token; another token makes it void.

use std::sync::Arc;

use askama::Template;
use audiotome_dispatch::Token;
use axum::Form;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::page::{Page, show};
use super::strings::cookie;
use crate::master::Master;

/// Name of the cookie.
const PASS: &str = "audiotome";
/// What the cookie is made for.
const PURPOSE: &str = "audiotome 2026 pass of the web app";
/// It is good for so long, seconds: a year, renewed with each login.
const GOOD_FOR: u32 = 365 * 24 * 60 * 60;

/// Whether a browser showed the token before.
pub(crate) fn has_pass(token: &Token, headers: &HeaderMap) -> bool {
    cookie(headers, PASS).is_some_and(|pass| token.is_derived(PURPOSE, pass))
}

/// Sends people without a pass to the login.
pub(crate) async fn gate(
    State(master): State<Arc<Master>>,
    page: Page,
    request: Request,
    next: Next,
) -> Response {
    let token = master.settings.token.as_ref();
    if token.is_none_or(|token| has_pass(token, request.headers())) {
        return next.run(request).await;
    }
    let here = utf8_percent_encode(&page.here, NON_ALPHANUMERIC);
    Redirect::to(&format!("/login?to={here}")).into_response()
}

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    page: Page,
    to: String,
    wrong: bool,
}

#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
pub(crate) struct Shown {
    token: String,
    #[serde(default)]
    to: String,
}

/// Asks for the token.
pub(crate) async fn ask(page: Page, Query(Back { to }): Query<Back>) -> Response {
    show(&Login {
        page,
        to,
        wrong: false,
    })
}

/// Looks at the token that is shown.
pub(crate) async fn enter(
    State(master): State<Arc<Master>>,
    page: Page,
    headers: HeaderMap,
    Form(shown): Form<Shown>,
) -> Response {
    let Some(token) = &master.settings.token else {
        return Redirect::to("/").into_response();
    };
    if !token.is(shown.token.trim()) {
        let page = show(&Login {
            page,
            to: shown.to,
            wrong: true,
        });
        return (StatusCode::UNAUTHORIZED, page).into_response();
    }
    let pass = set(&headers, &token.derived(PURPOSE), GOOD_FOR);
    (
        [(header::SET_COOKIE, pass)],
        Redirect::to(inside(&shown.to)),
    )
        .into_response()
}

/// Forgets the pass.
pub(crate) async fn leave(headers: HeaderMap) -> Response {
    (
        [(header::SET_COOKIE, set(&headers, "", 0))],
        Redirect::to("/login"),
    )
        .into_response()
}

fn set(headers: &HeaderMap, value: &str, seconds: u32) -> HeaderValue {
    let safe = headers
        .get("x-forwarded-proto")
        .is_some_and(|scheme| scheme == "https");
    let secure = if safe { "; Secure" } else { "" };
    let text = format!("{PASS}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).expect("hexadecimal digits")
}

/// A place of ours: what leads to another site leads home.
fn inside(to: &str) -> &str {
    let ours = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']);
    if ours { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_login_leads_to_no_other_site() {
        for (to, inside_to) in [
            ("/listen/1?a=b", "/listen/1?a=b"),
            ("//elsewhere", "/"),
            ("/\\elsewhere", "/"),
            ("https://elsewhere", "/"),
            ("", "/"),
        ] {
            assert_eq!(inside(to), inside_to);
        }
    }
}
