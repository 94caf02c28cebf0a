//! Two joined directly hear each other's very samples, and each other's keys.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::Studio;
use common::caller::hum;
use mixer::port::PortEvent;
use mixer::topology::Directions::{AToB, Both};

#[test]
fn a_bridge_is_transparent() {
    let mut studio = Studio::with_all("abc");
    studio.line('a').hum_at(32_767.0);
    studio.join('a', 'b', Both);
    studio.join('a', 'c', AToB);
    studio.check("a:b b:a c:a");
    let heard = studio.record(3);
    let spoken: Vec<i16> = (0..20).map(|i| hum(400, 32_767.0, i)).collect();
    assert!(heard[&'b'].windows(20).any(|window| window == spoken));
    assert_eq!(heard[&'b'], heard[&'c']);
}

#[test]
fn keys_are_passed_on_to_direct_listeners_only() {
    let mut studio = Studio::with_all("abcdR");
    studio.join('a', 'b', Both);
    studio.join('a', 'c', AToB);
    studio.join('d', 'R', Both);
    studio.join('a', 'R', AToB);
    studio.run(1);
    studio.line('a').emit(PortEvent::Digit { event: 7 });
    let a = studio.port('a');
    studio.inbox.letters.push((a, vec![11]));
    studio.run(3);
    assert_eq!(studio.line('b').digits(), [11, 7]);
    assert_eq!(studio.line('c').digits(), [11, 7]);
    assert_eq!(studio.line('d').digits(), []);
    assert_eq!(studio.line('a').digits(), []);
    let digit = |event| (a, PortEvent::Digit { event });
    assert_eq!(studio.events(), [digit(11), digit(7)]);
}

#[test]
fn a_flood_of_keys_is_cut_short() {
    let mut studio = Studio::with_all("ab");
    studio.join('a', 'b', Both);
    studio.run(1);
    let a = studio.port('a');
    studio.inbox.letters.push((a, vec![1; 20]));
    studio.run(2);
    assert_eq!(studio.line('b').digits(), [1; 8]);
    assert_eq!(studio.stats().digits_dropped, 12);
    assert_eq!(studio.events().len(), 20);
}
