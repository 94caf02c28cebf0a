//! `http:` and `https:` URIs.
//!
//! Redirects are followed here and not by the HTTP client, so that each hop's scheme and address is
//! judged and the final URI is known.

use std::error::Error as _;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use rustls::{ClientConfig, RootCertStore, crypto::CryptoProvider};
use url::{Host, Url};

use super::deadline::Deadline;
use super::resolver::{DeniedAddress, GuardedResolver};
use super::turns::{Turn, Turns};
use super::{Denied, FetchError, Fetched, Hints, Method};

/// Room reserved for a body whose length the server announces; a liar does not get more at once.
const MAX_RESERVED_BYTES: usize = 1 << 20;

/// What one question to one host led to.
enum Hop {
    Redirect(Url, Method),
    Body(Fetched),
}

pub(super) struct HttpClient {
    client: Client,
    denied: Arc<Denied>,
    max_bytes: usize,
    max_redirects: usize,
}

impl HttpClient {
    pub(super) fn new(
        denied: Arc<Denied>,
        max_bytes: usize,
        max_redirects: usize,
    ) -> Result<Self, FetchError> {
        install_crypto_provider();
        let client = client(&denied).or_else(|error| {
            tracing::warn!(%error, "no certificate authorities found: https will be refused");
            client_without_authorities(&denied)
        });
        let client = client.map_err(|error| FetchError::Client { why: cause(&error) })?;
        Ok(Self { client, denied, max_bytes, max_redirects })
    }

    /// Each hop waits for a turn of its own, as each may lead to another host.
    pub(super) async fn fetch(
        &self,
        start: Url,
        hints: Hints,
        turns: &Turns,
        deadline: &Deadline,
    ) -> Result<(Fetched, Turn), FetchError> {
        let mut url = start.clone();
        let mut method = hints.method;
        for _ in 0..=self.max_redirects {
            self.check_literal_address(&url)?;
            let turn = turns.network(&url, deadline).await?;
            match deadline.bound(self.hop(&url, method, hints)).await? {
                Hop::Redirect(to, by) => (url, method) = (to, by),
                Hop::Body(fetched) => return Ok((fetched, turn)),
            }
        }
        Err(FetchError::TooManyRedirects { uri: start.into(), limit: self.max_redirects })
    }

    async fn hop(&self, url: &Url, method: Method, hints: Hints) -> Result<Hop, FetchError> {
        let response = self.ask(url, method, hints).await?;
        match redirected(&response, url, method)? {
            Some((to, by)) => Ok(Hop::Redirect(to, by)),
            None => Ok(Hop::Body(self.take(response, url).await?)),
        }
    }

    /// Addresses written into a URI never pass the resolver.
    fn check_literal_address(&self, url: &Url) -> Result<(), FetchError> {
        let address: IpAddr = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.denied.denies(address) {
            return Err(FetchError::Denied { uri: url.to_string(), address });
        }
        Ok(())
    }

    async fn ask(&self, url: &Url, method: Method, hints: Hints) -> Result<Response, FetchError> {
        let request = match method {
            Method::Get => self.client.get(url.clone()),
            Method::Post => self.client.post(url.clone()),
        };
        with_cache_hints(request, hints).send().await.map_err(|error| failed(url, &error))
    }

    async fn take(&self, response: Response, url: &Url) -> Result<Fetched, FetchError> {
        if !response.status().is_success() {
            return Err(FetchError::Status {
                status: response.status().as_u16(),
                uri: url.to_string(),
            });
        }
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = self.body(response, url).await?;
        Ok(Fetched { bytes, content_type, final_uri: url.to_string() })
    }

    async fn body(&self, mut response: Response, url: &Url) -> Result<Bytes, FetchError> {
        let too_large = || FetchError::TooLarge { uri: url.to_string(), limit: self.max_bytes };
        let announced = response.content_length().unwrap_or(0);
        let announced = usize::try_from(announced).map_err(|_| too_large())?;
        if announced > self.max_bytes {
            return Err(too_large());
        }
        let mut body = BytesMut::with_capacity(announced.min(MAX_RESERVED_BYTES));
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(url, &error))? {
            if chunk.len() > self.max_bytes - body.len() {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

/// The next hop, if the response is a redirect that says where to. A POST goes on as a GET where every
/// browser does so (RFC 9110 section 15.4).
fn redirected(
    response: &Response,
    from: &Url,
    method: Method,
) -> Result<Option<(Url, Method)>, FetchError> {
    let method = match response.status() {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => Method::Get,
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => method,
        _ => return Ok(None),
    };
    let bad = |why: String| FetchError::BadRedirect { uri: from.to_string(), why };
    let Some(location) = response.headers().get(LOCATION) else { return Ok(None) };
    let location = location.to_str().map_err(|_| bad("unreadable Location".to_owned()))?;
    let to = from.join(location).map_err(|error| bad(format!("{location}: {error}")))?;
    // A server on the network must not make this one read its own files.
    if !matches!(to.scheme(), "http" | "https") {
        return Err(bad(format!("leads to a {} URI", to.scheme())));
    }
    Ok(Some((to, method)))
}

fn with_cache_hints(request: RequestBuilder, hints: Hints) -> RequestBuilder {
    let max_age = hints.max_age.map(|age| format!("max-age={}", age.as_secs()));
    let max_stale = hints.max_stale.map(|stale| format!("max-stale={}", stale.as_secs()));
    let directives: Vec<String> = max_age.into_iter().chain(max_stale).collect();
    if directives.is_empty() {
        return request;
    }
    request.header(CACHE_CONTROL, directives.join(", "))
}

fn failed(url: &Url, error: &reqwest::Error) -> FetchError {
    let uri = url.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(denied) = inner.downcast_ref::<DeniedAddress>() {
            return FetchError::Denied { uri, address: denied.address };
        }
        source = inner.source();
    }
    FetchError::Connection { uri, why: cause(error) }
}

/// The innermost cause: `Connection refused` says more than `error sending request`.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    innermost.to_string()
}

fn client(denied: &Arc<Denied>) -> reqwest::Result<Client> {
    builder(denied).build()
}

/// On a machine without certificate authorities plain `http:` still works.
fn client_without_authorities(denied: &Arc<Denied>) -> reqwest::Result<Client> {
    let trusts_nobody = ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    builder(denied).tls_backend_preconfigured(trusts_nobody).build()
}

/// No proxy is taken from the environment: behind one, the addresses could not be judged here.
fn builder(denied: &Arc<Denied>) -> reqwest::ClientBuilder {
    Client::builder()
        .user_agent(concat!("antiphon/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .dns_resolver(Arc::new(GuardedResolver { denied: Arc::clone(denied) }))
}

/// TLS needs one cryptographic provider per process; whoever comes first installs it.
fn install_crypto_provider() {
    if CryptoProvider::get_default().is_none() {
        // Losing a race against another installation is as good as winning it.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}
