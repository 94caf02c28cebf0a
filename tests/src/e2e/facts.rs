//! What the operating system says of a process: descriptors, media ports, memory.

use std::collections::BTreeSet;
use std::fs;

/// The facts of one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Open file descriptors.
    pub descriptors: usize,
    /// UDP ports of the media range that the process holds.
    pub media_ports: usize,
    /// Private memory in RAM, in KiB: heap, stacks, and what was set aside at the start.
    pub resident_kib: u64,
}

impl Facts {
    /// The facts of process `id`, whose media ports lie within `range`.
    ///
    /// # Panics
    /// When there is no such process.
    #[must_use]
    pub fn of(id: u32, range: (u16, u16)) -> Facts {
        let descriptors: Vec<String> = fs::read_dir(format!("/proc/{id}/fd"))
            .unwrap()
            // One that closes while it is looked at is gone.
            .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .map(|link| link.to_string_lossy().into_owned())
            .collect();
        let inodes: BTreeSet<&str> = descriptors
            .iter()
            .filter_map(|link| link.strip_prefix("socket:[")?.strip_suffix(']'))
            .collect();
        let table = fs::read_to_string("/proc/net/udp").unwrap();
        let ports = table.lines().skip(1).filter(|line| is_media_port(line, &inodes, range));
        Facts {
            descriptors: descriptors.len(),
            media_ports: ports.count(),
            resident_kib: status_kib(id, "RssAnon:"),
        }
    }
}

/// Whether a line of /proc/net/udp is a socket of the process with a port of the range.
fn is_media_port(line: &str, inodes: &BTreeSet<&str>, range: (u16, u16)) -> bool {
    let mut words = line.split_whitespace();
    let local = words.nth(1).unwrap_or_default();
    let inode = words.nth(7).unwrap_or_default();
    let port = local.rsplit_once(':').and_then(|(_, port)| u16::from_str_radix(port, 16).ok());
    inodes.contains(inode) && port.is_some_and(|port| (range.0..=range.1).contains(&port))
}

fn status_kib(id: u32, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
