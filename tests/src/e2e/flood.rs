//! Bytes that mean harm: a stream of messages at a steady rate, each a good one that nobody follows
//! up, or made from one by truncating it or by overwriting parts of it with random bytes, or random
//! from the start.
//!
//! The rate is bounded: a flood that takes every cycle of a machine of two cores delays any program
//! on it, and would show the scheduler's mercy and not the server's robustness.

use std::io::Write;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Messages a second of each flood. The four together are 8,000 a second.
pub const RATE: u32 = 2_000;

/// Stands in a message for what no two messages have in common.
pub const SERIAL: &str = "{serial}";

/// How often the flood catches up with its rate.
const BURST_EVERY: Duration = Duration::from_millis(5);

/// How long a message may be that is random from the start.
const RANDOM_BYTES_MAX: usize = 1_400;

/// Sends for `time`; gives the number of messages sent. The seed is printed, so that what was
/// sent can be sent again.
pub fn over_udp(
    targets: Vec<SocketAddr>,
    good: Vec<Vec<u8>>,
    seed: u64,
    time: Duration,
) -> JoinHandle<u32> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    thread::spawn(move || {
        paced(seed, time, |rng| {
            let target = targets[rng.random_range(0..targets.len())];
            // A port that nobody listens at refuses now and then.
            let _ = socket.send_to(&spoilt(rng, &good), target);
        })
    })
}

/// As [`over_udp`], on connections that are made anew whenever the server has closed them.
pub fn over_tcp(
    target: SocketAddr,
    good: Vec<Vec<u8>>,
    seed: u64,
    time: Duration,
) -> JoinHandle<u32> {
    thread::spawn(move || {
        let mut connection: Option<TcpStream> = None;
        paced(seed, time, |rng| {
            let message = spoilt(rng, &good);
            let open = connection.take().or_else(|| TcpStream::connect(target).ok());
            connection = open.and_then(|mut socket| {
                socket.set_write_timeout(Some(Duration::from_secs(1))).ok()?;
                socket.write_all(&message).ok()?;
                // One in eight connections ends in the middle of whatever it has sent.
                (!rng.random_ratio(1, 8)).then_some(socket)
            });
        })
    })
}

fn paced(seed: u64, time: Duration, mut send: impl FnMut(&mut StdRng)) -> u32 {
    let mut rng = StdRng::seed_from_u64(seed);
    let start = Instant::now();
    let mut sent = 0;
    while start.elapsed() < time {
        let due = (start.elapsed().as_secs_f64() * f64::from(RATE)) as u32;
        for _ in sent..due {
            send(&mut rng);
        }
        sent = sent.max(due);
        thread::sleep(BURST_EVERY);
    }
    sent
}

fn spoilt(rng: &mut StdRng, good: &[Vec<u8>]) -> Vec<u8> {
    let mut message = good[rng.random_range(0..good.len())].clone();
    renew(rng, &mut message);
    match rng.random_range(0..4) {
        0 => {}
        1 => message.truncate(rng.random_range(0..message.len())),
        2 => {
            for _ in 0..rng.random_range(1..8) {
                let place = rng.random_range(0..message.len());
                message[place] = rng.random();
            }
        }
        _ => {
            message = vec![0; rng.random_range(1..RANDOM_BYTES_MAX)];
            rng.fill(message.as_mut_slice());
        }
    }
    message
}

/// Puts the same random digits wherever [`SERIAL`] stands.
fn renew(rng: &mut StdRng, message: &mut [u8]) {
    let digits = format!("{:08x}", rng.random::<u32>());
    let places: Vec<usize> = message
        .windows(SERIAL.len())
        .enumerate()
        .filter(|(_, part)| *part == SERIAL.as_bytes())
        .map(|(place, _)| place)
        .collect();
    for place in places {
        message[place..place + SERIAL.len()].copy_from_slice(digits.as_bytes());
    }
}
