//! Connections: accepted, bounded, and let go when the server ends.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::routes::{Services, router};

/// Connections at once; one more is closed at once.
pub(crate) const MAX_CONNECTIONS: usize = 128;
/// How long a client may take for its request line and headers, and idle between requests.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Room for the request line and headers.
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// Header lines of one request.
const MAX_HEADERS: usize = 64;
/// After so long a connection is closed, so that a client that never reads is not for ever.
const MAX_CONNECTION_LIFE: Duration = Duration::from_secs(300);
/// How long requests in flight have to end when the server ends.
const CLOSING_TIME: Duration = Duration::from_secs(2);
/// Accepting may fail for want of descriptors; trying again at once would spin.
const PAUSE_AFTER_ACCEPT_ERROR: Duration = Duration::from_millis(100);

/// Serves HTTP/1.1 on `listener` until `shutdown`, then lets requests in flight end. Runs on the tokio
/// runtime.
pub async fn serve(listener: TcpListener, services: Services, shutdown: CancellationToken) {
    let router = router(services);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Some(stream) = accepted_or_pause(accepted).await else { continue };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        connections.spawn(serve_connection(stream, router.clone(), place, shutdown.clone()));
    }
    connections.close();
    let _ = tokio::time::timeout(CLOSING_TIME, connections.wait()).await;
}

async fn accepted_or_pause(
    accepted: io::Result<(TcpStream, std::net::SocketAddr)>,
) -> Option<TcpStream> {
    match accepted {
        Ok((stream, _)) => Some(stream),
        Err(error) => {
            tracing::warn!(%error, "an HTTP connection could not be accepted");
            tokio::time::sleep(PAUSE_AFTER_ACCEPT_ERROR).await;
            None
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    router: Router,
    _place: OwnedSemaphorePermit,
    shutdown: CancellationToken,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES)
        .max_headers(MAX_HEADERS)
        .half_close(true)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    // What a client does wrong is answered by hyper and is no matter for the log.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = tokio::time::sleep(MAX_CONNECTION_LIFE) => {}
        () = shutdown.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(CLOSING_TIME, connection).await;
}
