//! Which path answers what.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;

use super::health::Health;
use super::page;
use super::snapshot::Snapshot;
use super::state::{EngineView, StateSource, View};
use crate::metrics::{self, EngineMetrics, Metrics};

/// The control core answers within microseconds; one that takes so long is stuck.
const STATE_TIMEOUT: Duration = Duration::from_secs(2);

/// What the routes show. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// For `/healthz` and `/readyz`.
    pub health: Arc<Health>,
    /// For `/metrics`.
    pub metrics: Arc<Metrics>,
    /// For `/api/state`.
    pub state: Arc<dyn StateSource>,
}

/// The routes, without a server round them.
pub fn router(services: Services) -> Router {
    let shown = Arc::new(Snapshot::default());
    Router::new()
        .route("/", get(page::html))
        .route("/page.css", get(page::css))
        .route("/page.js", get(page::js))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(exposition))
        .route("/api/state", get(move |services| state(services, shown)))
        .with_state(services)
}

async fn healthz(services: extract::State<Services>) -> Response {
    verdict(services.health.check_alive(Instant::now()))
}

async fn readyz(services: extract::State<Services>) -> Response {
    verdict(services.health.check_ready(Instant::now()))
}

fn verdict(verdict: Result<(), String>) -> Response {
    match verdict {
        Ok(()) => "ok\n".into_response(),
        Err(reason) => unavailable(&reason),
    }
}

async fn exposition(services: extract::State<Services>) -> Response {
    match services.metrics.expose() {
        Ok(text) => ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn state(services: extract::State<Services>, shown: Arc<Snapshot>) -> Response {
    let view = shown.at(tokio::time::Instant::now(), view(&services));
    match tokio::time::timeout(STATE_TIMEOUT, view).await {
        Ok(Ok(view)) => ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], view)
            .into_response(),
        Ok(Err(reason)) => unavailable(reason),
        Err(_) => unavailable("the control core does not answer"),
    }
}

/// A [`View`] of now, as JSON.
async fn view(services: &Services) -> Result<Bytes, &'static str> {
    let state = services.state.state().await.ok_or("the control core has ended")?;
    let view = View {
        phase: services.health.phase().word(),
        engines: services.metrics.engines.iter().map(|engine| engine_view(engine)).collect(),
        state,
    };
    let json = serde_json::to_vec(&view).map_err(|_| "the state cannot be written as JSON")?;
    Ok(Bytes::from(json))
}

fn engine_view(engine: &EngineMetrics) -> EngineView {
    let ticks = engine.tick_seconds.count();
    let sum_ms = engine.tick_seconds.sum().as_secs_f64() * 1000.0;
    let p99 = engine.tick_seconds.quantile(0.99);
    EngineView {
        ticks,
        late_ticks: engine.late_ticks.get(),
        tick_ms_mean: (ticks > 0).then(|| sum_ms / ticks as f64),
        tick_ms_p99: p99.map(|bound| bound.as_secs_f64() * 1000.0),
    }
}

fn unavailable(reason: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response()
}
