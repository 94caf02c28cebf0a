//! Fetching what a dialog names over HTTP or out of the URI itself: each limit, and each way to be
//! led astray.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, Method as HttpMethod, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use mediaserver::fetch::{Denied, FetchConfig, FetchError, Fetcher, Hints, Method, Network};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

fn config() -> FetchConfig {
    FetchConfig {
        file_roots: Vec::new(),
        deny_networks: Vec::new(),
        timeout: Duration::from_secs(20),
        max_bytes: 1000,
        max_redirects: 3,
        max_concurrent: 4,
    }
}

fn fetcher() -> Fetcher {
    Fetcher::new(config()).unwrap()
}

async fn fetch(uri: &str) -> Result<String, FetchError> {
    let fetched = fetcher().fetch(uri, Hints::default()).await?;
    Ok(String::from_utf8(fetched.bytes.to_vec()).unwrap())
}

async fn complaint(uri: &str) -> String {
    fetch(uri).await.expect_err("this must be refused").to_string()
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn redirect(status: u16, to: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::LOCATION, to.to_owned())]).into_response()
}

/// The web server most tests ask.
async fn web() -> SocketAddr {
    let hop = |Path(left): Path<u32>| async move {
        match left {
            0 => "there".into_response(),
            _ => redirect(302, &format!("/hop/{}", left - 1)),
        }
    };
    let echo = |method: HttpMethod, headers: HeaderMap| async move {
        let cache = headers.get(header::CACHE_CONTROL).map_or("-", |it| it.to_str().unwrap());
        format!("{method} {cache}")
    };
    let router = Router::new()
        .route("/wav", get(|| async { ([(header::CONTENT_TYPE, "audio/wav")], "RIFF") }))
        .route("/empty", get(|| async { "" }))
        .route("/exact", get(|| async { "x".repeat(1000) }))
        .route("/large", get(|| async { "x".repeat(1001) }))
        .route("/hop/{left}", get(hop))
        .route("/echo", any(echo))
        .route("/303", any(|| async { redirect(303, "/echo") }))
        .route("/307", any(|| async { redirect(307, "/echo") }))
        .route("/to-file", get(|| async { redirect(302, "file:///etc/passwd") }))
        .route("/to-metadata", get(|| async { redirect(302, "http://169.254.169.254/latest/") }))
        .route("/to-nowhere", get(|| async { redirect(302, "http://[bad/") }))
        .route("/broken", get(|| async { StatusCode::SERVICE_UNAVAILABLE }));
    serve(router).await
}

/// A server that announces no length and sends until nobody listens, so that only counting helps.
async fn endless() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // An answer before the question would be a protocol error.
        stream.read_exact(&mut [0; 16]).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        while stream.write_all(&[b'x'; 100]).await.is_ok() {}
    });
    address
}

#[tokio::test]
async fn http_gives_body_type_and_final_uri() {
    let web = web().await;
    let fetched = fetcher().fetch(&format!("http://{web}/wav"), Hints::default()).await.unwrap();
    assert_eq!(&fetched.bytes[..], b"RIFF");
    assert_eq!(fetched.content_type.as_deref(), Some("audio/wav"));
    assert_eq!(fetched.final_uri, format!("http://{web}/wav"));
    assert_eq!(fetch(&format!("http://{web}/empty")).await.unwrap(), "");
}

#[tokio::test]
async fn a_status_reads_as_in_the_draft() {
    let web = web().await;
    let uri = format!("http://{web}/playprompt.vxml");
    assert_eq!(complaint(&uri).await, format!("HTTP 404 error: {uri}"));
    let uri = format!("http://{web}/broken");
    assert_eq!(complaint(&uri).await, format!("HTTP 503 error: {uri}"));
}

#[tokio::test]
async fn redirects_are_followed_to_their_limit() {
    let web = web().await;
    let fetched = fetcher().fetch(&format!("http://{web}/hop/3"), Hints::default()).await.unwrap();
    assert_eq!(&fetched.bytes[..], b"there");
    assert_eq!(fetched.final_uri, format!("http://{web}/hop/0"));
    let uri = format!("http://{web}/hop/4");
    let message = format!("more than 3 redirects (dialogs.max-redirects): {uri}");
    assert_eq!(complaint(&uri).await, message);
}

#[tokio::test]
async fn a_redirect_leads_neither_to_files_nor_to_denied_networks() {
    let web = web().await;
    let uri = format!("http://{web}/to-file");
    assert_eq!(complaint(&uri).await, format!("bad redirect: {uri}: leads to a file URI"));
    assert_eq!(
        complaint(&format!("http://{web}/to-metadata")).await,
        "169.254.169.254 is in a denied network (dialogs.deny-networks): \
         http://169.254.169.254/latest/",
    );
    let message = complaint(&format!("http://{web}/to-nowhere")).await;
    assert!(message.starts_with(&format!("bad redirect: http://{web}/to-nowhere: ")), "{message}");
}

#[tokio::test]
async fn size_is_bounded_whether_announced_or_not() {
    let web = web().await;
    assert_eq!(fetch(&format!("http://{web}/exact")).await.unwrap().len(), 1000);
    for uri in [format!("http://{web}/large"), format!("http://{}/", endless().await)] {
        let message = format!("larger than 1000 bytes (dialogs.max-fetch-bytes): {uri}");
        assert_eq!(complaint(&uri).await, message);
    }
}

#[tokio::test]
async fn method_and_cache_hints_reach_the_server() {
    let web = web().await;
    let ask = async |path: &str, hints: Hints| {
        let fetched = fetcher().fetch(&format!("http://{web}/{path}"), hints).await.unwrap();
        String::from_utf8(fetched.bytes.to_vec()).unwrap()
    };
    let post = Hints { method: Method::Post, ..Hints::default() };
    assert_eq!(ask("echo", Hints::default()).await, "GET -");
    assert_eq!(ask("echo", post).await, "POST -");
    assert_eq!(ask("303", post).await, "GET -", "see other");
    assert_eq!(ask("307", post).await, "POST -", "the method stays");
    let hints = Hints {
        max_age: Some(Duration::from_secs(60)),
        max_stale: Some(Duration::ZERO),
        method: Method::Get,
    };
    assert_eq!(ask("echo", hints).await, "GET max-age=60, max-stale=0");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_connection_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = listener.local_addr().unwrap();
    drop(listener);
    let uri = format!("http://{gone}/");
    let message = complaint(&uri).await;
    assert!(message.starts_with(&format!("HTTP connection error: {uri}: ")), "{message}");
    assert!(message.contains("Connection refused"), "{message}");
}

/// TLS is in place: the handshake is tried, and fails for what the other side says.
#[tokio::test]
async fn https_to_a_server_that_speaks_none_is_a_connection_error() {
    let uri = format!("https://{}/wav", web().await);
    let message = complaint(&uri).await;
    assert!(message.starts_with(&format!("HTTP connection error: {uri}: ")), "{message}");
    assert!(message.contains("corrupt message"), "{message}");
}

/// Time is virtual: it leaps to the limit as soon as everything waits.
#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/", listener.local_addr().unwrap());
    assert_eq!(complaint(&uri).await, format!("timeout after 20 s: {uri}"));
}

/// How many questions a web server has at most been asked at once, by twenty that fetch from
/// `hosts` in turn. The first question waits for a second one, so that two at once are certain to be
/// seen.
async fn asked_at_once(max_concurrent: usize, hosts: usize) -> usize {
    let running = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0), Semaphore::new(0)));
    let seen = Arc::clone(&running);
    let slow = move || {
        let seen = Arc::clone(&seen);
        async move {
            let now = seen.0.fetch_add(1, Ordering::SeqCst) + 1;
            seen.1.fetch_max(now, Ordering::SeqCst);
            if now == 2 {
                seen.2.add_permits(1000);
            }
            drop(seen.2.acquire().await);
            seen.0.fetch_sub(1, Ordering::SeqCst);
            "done"
        }
    };
    let mut webs = Vec::new();
    for _ in 0..hosts {
        webs.push(serve(Router::new().route("/", get(slow.clone()))).await);
    }
    let fetcher = Fetcher::new(FetchConfig { max_concurrent, ..config() }).unwrap();
    let fetches: Vec<_> = (0..20)
        .map(|index| {
            let (fetcher, web) = (fetcher.clone(), webs[index % hosts]);
            tokio::spawn(async move {
                fetcher.fetch(&format!("http://{web}/"), Hints::default()).await.unwrap();
            })
        })
        .collect();
    for fetch in fetches {
        fetch.await.unwrap();
    }
    running.1.load(Ordering::SeqCst)
}

#[tokio::test]
async fn no_more_than_the_limit_run_at_once() {
    assert_eq!(asked_at_once(2, 5).await, 2);
}

#[tokio::test]
async fn one_host_gets_a_quarter_of_the_turns() {
    assert_eq!(asked_at_once(8, 1).await, 2);
}

/// A server that never answers, and what counts those who asked it.
async fn silent() -> (SocketAddr, tokio::sync::mpsc::UnboundedReceiver<tokio::net::TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, seen) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = asked.send(stream);
        }
    });
    (address, seen)
}

#[tokio::test]
async fn a_slow_server_stalls_only_those_who_ask_it() {
    let (silent, mut seen) = silent().await;
    let web = web().await;
    let folder = env!("CARGO_MANIFEST_DIR");
    let file_roots = vec![folder.into()];
    let config = FetchConfig { file_roots, max_concurrent: 8, max_bytes: 100_000, ..config() };
    let fetcher = Fetcher::new(config).unwrap();
    let slow: Vec<_> = (0..20)
        .map(|_| {
            let fetcher = fetcher.clone();
            tokio::spawn(async move {
                fetcher.fetch(&format!("http://{silent}/"), Hints::default()).await
            })
        })
        .collect();
    let held = [seen.recv().await.unwrap(), seen.recv().await.unwrap()];
    let body = async |uri: &str| fetcher.fetch(uri, Hints::default()).await.unwrap().bytes;
    assert_eq!(&body(&format!("http://{web}/wav")).await[..], b"RIFF");
    assert!(body(&format!("file://{folder}/Cargo.toml")).await.starts_with(b"[package]"));
    assert_eq!(&body("data:,here").await[..], b"here");
    assert!(seen.try_recv().is_err(), "a third one may not ask the slow server");
    // Whoever gives up passes its turn on.
    for fetch in &slow[..2] {
        fetch.abort();
    }
    let next = seen.recv().await.unwrap();
    drop((held, next));
}

/// Time is virtual.
#[tokio::test(start_paused = true)]
async fn a_turn_that_does_not_come_is_told_from_a_server_that_does_not_answer() {
    let config = FetchConfig { max_concurrent: 1, ..config() };
    let fetcher = Fetcher::new(config).unwrap();
    let (_, turn) = fetcher.fetch_and_hold("data:,first", Hints::default()).await.unwrap();
    let error = fetcher.fetch("data:,second", Hints::default()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no turn to fetch within 20 s, as too many fetches are in progress \
         (dialogs.max-concurrent-fetches): data:,second",
    );
    drop(turn);
    assert!(fetcher.fetch("data:,second", Hints::default()).await.is_ok());
}

#[tokio::test]
async fn denied_networks_are_refused_as_address_and_as_name() {
    for (uri, address) in [
        ("http://0.0.0.0/", "0.0.0.0"),
        ("http://169.254.169.254/", "169.254.169.254"),
        ("http://2852039166/", "169.254.169.254"),
        ("http://0xa9.254.0251.0xfe/", "169.254.169.254"),
        ("http://[::ffff:169.254.169.254]/", "::ffff:169.254.169.254"),
        ("http://[64:ff9b::169.254.169.254]/", "64:ff9b::a9fe:a9fe"),
        ("http://[fe80::1]/", "fe80::1"),
        ("http://[::]/", "::"),
        ("http://224.0.0.1/", "224.0.0.1"),
        ("https://[ff02::1]/", "ff02::1"),
    ] {
        let message = complaint(uri).await;
        let start = format!("{address} is in a denied network (dialogs.deny-networks): ");
        assert!(message.starts_with(&start), "{uri}: {message}");
    }
    // What a name resolves to is judged as well.
    let deny_networks = vec!["127.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
    let fetcher = Fetcher::new(FetchConfig { deny_networks, ..config() }).unwrap();
    let web = web().await;
    for host in ["localhost", "127.0.0.1"] {
        let uri = format!("http://{host}:{}/wav", web.port());
        let error = fetcher.fetch(&uri, Hints::default()).await.unwrap_err();
        assert!(matches!(error, FetchError::Denied { .. }), "{error}");
    }
}

#[test]
fn networks_hold_what_their_prefix_says() {
    for (network, address, within) in [
        ("10.0.0.0/8", "10.255.0.1", true),
        ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "::ffff:10.0.0.1", false),
        ("0.0.0.0/0", "203.0.113.9", true),
        ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.6", false),
        ("fd00::/8", "fdff::1", true),
        ("fd00::/8", "fe00::1", false),
        ("::/0", "2001:db8::1", true),
    ] {
        let network: Network = network.parse().unwrap();
        assert_eq!(network.contains(address.parse().unwrap()), within, "{network} {address}");
    }
    for text in ["10.0.0.0/33", "fd00::/129", "10.0.0/8", "x", "10.0.0.0/-1", "10.0.0.0/"] {
        assert!(text.parse::<Network>().is_err(), "{text}");
    }
    let denied = Denied::beside_always(Vec::new());
    for allowed in ["127.0.0.1", "::1", "192.168.1.1", "::ffff:127.0.0.1"] {
        assert!(!denied.denies(allowed.parse().unwrap()), "{allowed}");
    }
}

#[tokio::test]
async fn data_uris_carry_their_body() {
    for (uri, body) in [
        ("data:,hello%20world", "hello world"),
        ("data:text/plain;base64,aGVsbG8=", "hello"),
        ("DATA:text/plain;BASE64,aGVsbG8", "hello"),
        ("data:;base64,aGVs%0A  bG8%3D", "hello"),
        ("data:,", ""),
        ("data:,a,b", "a,b"),
    ] {
        assert_eq!(fetch(uri).await.unwrap(), body, "{uri}");
    }
    for (uri, content_type) in [
        ("data:audio/wav;base64,UklGRg==", "audio/wav"),
        ("data:,x", "text/plain;charset=US-ASCII"),
        ("data:;charset=utf-8,x", "text/plain;charset=utf-8"),
    ] {
        let fetched = fetcher().fetch(uri, Hints::default()).await.unwrap();
        assert_eq!(fetched.content_type.as_deref(), Some(content_type));
    }
}

#[tokio::test]
async fn bad_data_uris_are_explained() {
    assert_eq!(complaint("data:x").await, "not a URI: data:x: no comma before the data");
    assert_eq!(complaint("data:;base64,%%%").await, "not a URI: data:;base64,%%%: bad base64");
    let large = format!("data:,{}", "x".repeat(1001));
    let message = complaint(&large).await;
    assert!(message.starts_with("larger than 1000 bytes (dialogs.max-fetch-bytes): data:,xxx"));
    assert!(message.chars().count() < 300, "a message does not repeat the whole body");
    let encoded = format!("data:,{}", "%41".repeat(1000));
    assert_eq!(fetch(&encoded).await.unwrap(), "A".repeat(1000));
}

#[tokio::test]
async fn what_is_no_uri_or_no_known_scheme_is_said() {
    assert_eq!(complaint("prompt.wav").await, "not a URI: prompt.wav: relative URL without a base",);
    assert_eq!(
        complaint("ftp://example.com/x").await,
        "the scheme ftp is not supported (http, https, data, file, cid): ftp://example.com/x",
    );
    let long = format!("http://example.com/{}", "x".repeat(9000));
    assert!(complaint(&long).await.ends_with("longer than 8192 bytes"));
}
