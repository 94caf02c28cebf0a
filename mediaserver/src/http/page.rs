//! The page at `/`: rooms and legs, live, without anything from elsewhere.

use axum::http::HeaderName;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};

type Asset = ([(HeaderName, &'static str); 4], &'static str);

pub(super) async fn html() -> Asset {
    asset("text/html; charset=utf-8", include_str!("page.html"))
}

pub(super) async fn css() -> Asset {
    asset("text/css; charset=utf-8", include_str!("page.css"))
}

pub(super) async fn js() -> Asset {
    asset("text/javascript; charset=utf-8", include_str!("page.js"))
}

/// Ids on the page come from callers, so the browser is told to run nothing but our own files.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn asset(content_type: &'static str, body: &'static str) -> Asset {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, body)
}
