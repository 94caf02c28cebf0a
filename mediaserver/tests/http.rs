//! The HTTP side over real sockets: health, metrics, state, the page, and clients that misbehave.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use mediaserver::control::{ConferenceState, JoinState, State};
use mediaserver::http::{self, Health, Phase, Services, StateFuture, StateSource};
use mediaserver::metrics::Metrics;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// A control core that answers, has ended, or hangs.
enum Source {
    Answers(State),
    Ended,
    Hangs,
    /// Counts how often it is asked.
    Counts(Arc<AtomicUsize>),
}

impl StateSource for Source {
    fn state(&self) -> StateFuture<'_> {
        Box::pin(async move {
            match self {
                Self::Answers(state) => Some(state.clone()),
                Self::Ended => None,
                Self::Hangs => std::future::pending().await,
                Self::Counts(asked) => {
                    asked.fetch_add(1, Ordering::Relaxed);
                    Some(State::default())
                }
            }
        })
    }
}

struct Server {
    address: SocketAddr,
    health: Arc<Health>,
    metrics: Arc<Metrics>,
    shutdown: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn start(source: Source) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (health, metrics) = (Health::new(Instant::now(), 1), Metrics::new(1));
        let services = Services {
            health: Arc::clone(&health),
            metrics: Arc::clone(&metrics),
            state: Arc::new(source),
        };
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(http::serve(listener, services, shutdown.clone()));
        Self { address, health, metrics, shutdown, task }
    }

    /// Sends raw bytes and reads until the server closes.
    async fn exchange(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    async fn get(&self, path: &str) -> Answer {
        let text = self
            .exchange(&format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
            .await;
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

#[tokio::test]
async fn ready_only_between_starting_and_draining() {
    let server = Server::start(Source::Ended).await;
    let starting = server.get("/readyz").await;
    assert_eq!((starting.status, starting.body.as_str()), (503, "starting\n"));

    server.health.enter(Phase::Ready);
    assert_eq!(server.get("/readyz").await.status, 200);
    assert_eq!(server.get("/healthz").await.status, 200);

    server.health.enter(Phase::Draining);
    let draining = server.get("/readyz").await;
    assert_eq!((draining.status, draining.body.as_str()), (503, "draining\n"));
    assert_eq!(server.get("/healthz").await.status, 200, "a draining server lives");
}

/// The rule itself, in made-up time.
#[test]
fn an_engine_thread_is_stuck_after_a_second_without_a_tick() {
    let start = Instant::now();
    let at = |ms| start + Duration::from_millis(ms);
    let health = Health::new(start, 2);
    health.enter(Phase::Ready);
    assert_eq!(health.check_alive(at(1000)), Ok(()));
    health.ticked(0, at(1500));
    let stuck = "engine thread 1 has not ticked for 1.6 s".to_owned();
    assert_eq!(health.check_alive(at(1600)), Err(stuck.clone()));
    assert_eq!(health.check_ready(at(1600)), Err(stuck));
    health.ticked(1, at(1700));
    assert_eq!(health.check_ready(at(2500)), Ok(()));
    health.ticked(7, at(2500)); // There is no such thread; nothing happens.
}

#[tokio::test]
async fn metrics_are_text_that_names_its_format() {
    let server = Server::start(Source::Ended).await;
    server.metrics.legs.set(4);
    let answer = server.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("content-type: application/openmetrics-text; version=1.0.0"));
    assert!(answer.body.contains("\nmediaserver_legs 4\n"), "{}", answer.body);
}

#[tokio::test]
async fn state_is_what_the_control_core_says() {
    let state = State {
        conferences: vec![ConferenceState { id: "c\"1".to_owned(), ..Default::default() }],
        joins: vec![JoinState { from: "a".to_owned(), to: "c\"1".to_owned() }],
        ..Default::default()
    };
    let server = Server::start(Source::Answers(state)).await;
    server.metrics.engines[0].tick_seconds.record(Duration::from_micros(400));
    let answer = server.get("/api/state").await;
    assert_eq!(answer.status, 200);
    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(json["phase"], "starting");
    assert_eq!(json["conferences"][0]["id"], "c\"1");
    assert_eq!(json["joins"][0]["to"], "c\"1");
    assert_eq!(json["engines"][0]["ticks"], 1);
    assert_eq!(json["engines"][0]["tick_ms_p99"], 0.5);
    assert_eq!(json["connections"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_control_core_that_has_ended_is_a_503() {
    let answer = Server::start(Source::Ended).await.get("/api/state").await;
    assert_eq!((answer.status, answer.body.as_str()), (503, "the control core has ended\n"));
}

#[tokio::test(start_paused = true)]
async fn a_control_core_that_hangs_is_given_up() {
    assert_eq!(state_status(&router(Source::Hangs)).await, 503);
}

/// Twenty readers for a second, each a hundred times: the control core hears of four requests.
#[tokio::test(start_paused = true)]
async fn many_who_look_on_do_not_ask_the_control_core_more_often() {
    let asked = Arc::default();
    let router = router(Source::Counts(Arc::clone(&asked)));
    for _ in 0..100 {
        for _ in 0..20 {
            assert_eq!(state_status(&router).await, 200);
        }
        tokio::time::advance(Duration::from_millis(10)).await;
    }
    assert_eq!(asked.load(Ordering::Relaxed), 4);
}

/// The routes without a server, for virtual time.
fn router(source: Source) -> TowerToHyperService<axum::Router> {
    let health = Health::new(Instant::now(), 0);
    let services = Services { health, metrics: Metrics::new(1), state: Arc::new(source) };
    TowerToHyperService::new(http::router(services))
}

async fn state_status(router: &TowerToHyperService<axum::Router>) -> u16 {
    let request = axum::http::Request::get("/api/state").body(axum::body::Body::empty()).unwrap();
    router.call(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn the_page_is_whole_and_loads_nothing_from_elsewhere() {
    let server = Server::start(Source::Ended).await;
    for (path, kind) in
        [("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript")]
    {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.head.contains(&format!("content-type: {kind}")), "{}", answer.head);
        assert!(answer.head.contains("content-security-policy: default-src 'none'"));
        assert!(!answer.body.contains("http://") && !answer.body.contains("https://"), "{path}");
        assert!(!answer.body.contains("innerHTML"), "ids come from callers");
    }
}

#[tokio::test]
async fn whatever_else_is_asked_changes_nothing() {
    let server = Server::start(Source::Ended).await;
    assert_eq!(server.get("/etc/passwd").await.status, 404);
    let posted = server.exchange(
        "POST /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    assert!(posted.await.starts_with("HTTP/1.1 405"));
    assert!(server.exchange("nonsense\r\n\r\n").await.starts_with("HTTP/1.1 400"));
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(64 * 1024));
    let refused = server.exchange(&long).await;
    assert!(refused.is_empty() || refused.starts_with("HTTP/1.1 431"), "{refused}");
    assert_eq!(server.get("/healthz").await.status, 200);
}

/// Clients that say nothing take all places; once they are gone there is room again.
#[tokio::test]
async fn connections_are_bounded_and_places_come_back() {
    let server = Server::start(Source::Ended).await;
    let mut idle = Vec::new();
    for _ in 0..128 {
        idle.push(TcpStream::connect(server.address).await.unwrap());
    }
    let mut refused = TcpStream::connect(server.address).await.unwrap();
    let closed = refused.read(&mut [0; 1]).await;
    assert!(matches!(closed, Ok(0) | Err(_)), "one more is closed at once");

    drop(idle);
    let answer = async {
        loop {
            let text =
                server.exchange("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            if text.await.starts_with("HTTP/1.1 200") {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), answer).await.expect("places come back");
}

#[tokio::test]
async fn shutdown_ends_the_server_though_a_client_stays() {
    let server = Server::start(Source::Ended).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    client.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    client.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    server.shutdown.cancel();
    tokio::time::timeout(Duration::from_secs(30), server.task).await.expect("it ends").unwrap();
}
