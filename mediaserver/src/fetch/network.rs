//! Networks, and which of them are denied.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Denied whatever the configuration says: nothing a dialog needs lives there.
pub const ALWAYS_DENIED: &[Network] = &[
    v4([0, 0, 0, 0], 8), // "this network" (RFC 1122 3.2.1.3); 0.0.0.0 reaches this host
    v4([169, 254, 0, 0], 16), // link-local (RFC 3927), with the usual cloud metadata service
    v4([100, 100, 100, 200], 32), // another cloud's metadata service
    v4([224, 0, 0, 0], 4), // multicast (RFC 5771)
    v4([255, 255, 255, 255], 32), // broadcast
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128), // unspecified
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), // link-local (RFC 4291 2.5.6)
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), // multicast (RFC 4291 2.7)
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128), // a cloud's metadata service over IPv6
];

/// An IP network, written `10.0.0.0/8` or `fd00::/8`; a bare address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether `address` lies within.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let bits = u32::from(own) ^ u32::from(other);
                bits.checked_shr(32 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let bits = u128::from(own) ^ u128::from(other);
                bits.checked_shr(128 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| NotANetwork)?,
            None => bits,
        };
        if prefix > bits {
            return Err(NotANetwork);
        }
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// The text is not a [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a network such as 10.0.0.0/8")]
pub struct NotANetwork;

/// The networks nothing is fetched from.
#[derive(Clone, Debug)]
pub struct Denied {
    networks: Vec<Network>,
}

impl Denied {
    /// [`ALWAYS_DENIED`] and `further` ones.
    #[must_use]
    pub fn beside_always(further: Vec<Network>) -> Self {
        Self { networks: [ALWAYS_DENIED.to_vec(), further].concat() }
    }

    /// Whether `address` is denied. An IPv4 address that is wrapped into an IPv6 one (mapped, RFC 4291
    /// 2.5.5; NAT64, RFC 6052; 6to4, RFC 3056) is judged as what it leads to as well.
    #[must_use]
    pub fn denies(&self, address: IpAddr) -> bool {
        let within = |address| self.networks.iter().any(|network| network.contains(address));
        within(address) || wrapped_v4(address).is_some_and(|inner| within(IpAddr::V4(inner)))
    }
}

fn wrapped_v4(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else { return None };
    let pair = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(pair(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(pair(high, low)),
        [0x2002, high, low, ..] => Some(pair(high, low)),
        _ => None,
    }
}

const fn v4(octets: [u8; 4], prefix: u8) -> Network {
    let [a, b, c, d] = octets;
    Network { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix }
}

const fn v6(segments: [u16; 8], prefix: u8) -> Network {
    let [a, b, c, d, e, f, g, h] = segments;
    Network { address: IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), prefix }
}
