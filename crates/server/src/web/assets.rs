//! Style sheets and programs of the pages, inside the binary.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal $media_type:literal),* $(,)?) => {
        [$(Asset {
            name: $name,
            media_type: $media_type,
            bytes: include_bytes!(concat!("../../assets/", $name)),
        }),*]
    };
}

static ASSETS: &[Asset] = &assets![
    "style.css" "text/css; charset=utf-8",
    "icon.svg" "image/svg+xml",
    "app.js" "text/javascript; charset=utf-8",
    "book.css" "text/css; charset=utf-8",
    "book.js" "text/javascript; charset=utf-8",
    "names.js" "text/javascript; charset=utf-8",
    "library.js" "text/javascript; charset=utf-8",
    "listen.css" "text/css; charset=utf-8",
    "listen.js" "text/javascript; charset=utf-8",
    "sound.js" "text/javascript; charset=utf-8",
    "strip.js" "text/javascript; charset=utf-8",
    "hls.light.min.mjs" "text/javascript; charset=utf-8",
    "cluster.js" "text/javascript; charset=utf-8",
    "cluster.css" "text/css; charset=utf-8",
    "preferences.js" "text/javascript; charset=utf-8",
    "preferences.css" "text/css; charset=utf-8",
];

/// Digits of the digest of all of them: a page asks for those that it was made for, and a browser may
/// keep them for good.
pub(crate) static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = blake3::Hasher::new();
    for asset in ASSETS {
        digest.update(asset.bytes);
    }
    digest.finalize().to_hex()[..12].to_owned()
});

/// One of them.
pub(crate) async fn asset(Path((edition, name)): Path<(String, String)>) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A page of an earlier program gets what there is now, but is not to keep it.
    let keep = if edition == *EDITION {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, keep),
    ];
    (headers, asset.bytes).into_response()
}
