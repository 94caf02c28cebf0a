//! Name resolution that leaves denied addresses out, so that no name leads into a denied network.
//!
//! The check sits where the connection takes its address from: a name cannot answer one address to a
//! check and another to the connection.

use std::net::IpAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Denied;

pub(super) struct GuardedResolver {
    pub(super) denied: Arc<Denied>,
}

/// A name whose every address is denied.
#[derive(Debug, thiserror::Error)]
#[error("{address} is in a denied network")]
pub(super) struct DeniedAddress {
    pub(super) address: IpAddr,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let denied = Arc::clone(&self.denied);
        Box::pin(async move {
            // Port 0 is replaced by the one of the URI.
            let (refused, allowed): (Vec<_>, Vec<_>) = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .partition(|address| denied.denies(address.ip()));
            match refused.first() {
                Some(address) if allowed.is_empty() => {
                    Err(DeniedAddress { address: address.ip() }.into())
                }
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}
