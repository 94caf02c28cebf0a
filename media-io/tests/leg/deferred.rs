//! What tells how loud it is need not be decoded to be judged, and can be decoded afterwards.

use media_io::codec::{Codec, OPUS, PCMU};
use media_io::leg::Format;
use mixer::port::{Activity, Channel, Heard};

use super::call::{Call, config_of, peer_address};
use super::stream::{LEVEL_ID, PAYLOAD_TYPE, Stream, level, snr_db};

fn config(codec: &'static Codec) -> Format {
    let mut format = Format::new(codec, codec.static_payload_type.unwrap_or(PAYLOAD_TYPE));
    format.audio_level = Some(LEVEL_ID);
    format
}

fn stream(codec: &'static Codec, ticks_per_packet: usize) -> Stream {
    let mut stream = Stream::new(codec, ticks_per_packet);
    stream.levels = true;
    stream
}

/// A leg that gets a packet in each tick.
struct Line {
    call: Call,
    stream: Stream,
    next: usize,
    /// Ticks since the first sound.
    ticks: usize,
}

impl Line {
    fn new(stream: Stream) -> Line {
        let call = Call::new(config_of(config(stream.codec)));
        let mut line = Line { call, stream, next: 0, ticks: 0 };
        while line.tick().0 == Activity::Silent {}
        line.ticks = 1;
        line
    }

    fn tick(&mut self) -> (Activity, [i16; 960]) {
        let packet = self.stream.packet(self.next);
        self.next += 1;
        self.tick_with(Some(&packet))
    }

    fn tick_with(&mut self, packet: Option<&[u8]>) -> (Activity, [i16; 960]) {
        if let Some(packet) = packet {
            self.call.arrive(Channel::Rtp, peer_address(), packet);
        }
        let mut frame = [0; 960];
        let activity = self.call.tick_into(&mut frame, Heard::Nothing);
        self.ticks += 1;
        (activity, frame)
    }

    fn run(&mut self, ticks: usize) {
        for _ in 0..ticks {
            let expected = Activity::Encoded { level_dbov: level(self.ticks) };
            assert_eq!(self.tick().0, expected);
        }
    }

    /// What was said so many ticks ago, decoded now, and what should be heard.
    fn decode(&mut self, age: usize) -> (Vec<i16>, Vec<i16>) {
        let mut frame = vec![0; 960];
        self.call.decode(age, &mut frame);
        (frame, self.stream.tick(self.ticks - 1 - age).to_vec())
    }

    /// Decodes the tick of now, which is to be as near as that to what should be heard.
    fn check_now(&mut self, least_db: f64) {
        let (heard, expected) = self.decode(0);
        assert_near(&expected, &heard, least_db);
    }
}

/// So near, or where there is next to no sound, as good as silent.
fn assert_near(expected: &[i16], heard: &[i16], least_db: f64) {
    let snr = snr_db(expected, heard);
    let differs = expected.iter().zip(heard).map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs());
    let most = differs.max().unwrap();
    assert!(snr > least_db || most < 32, "{snr:.1} dB, {most} at most");
}

#[test]
fn a_tick_says_how_loud_it_is() {
    let mut line = Line::new(stream(&OPUS, 1));
    line.run(150);
}

#[test]
fn decoded_at_once_it_is_what_it_would_have_been() {
    let mut line = Line::new(stream(&OPUS, 1));
    let (first, expected) = line.decode(0);
    assert_eq!(first, expected);
    for _ in 0..100 {
        line.run(1);
        let (heard, expected) = line.decode(0);
        assert_eq!(heard, expected);
    }
}

#[test]
fn a_few_ticks_late_nothing_is_missing_either() {
    let mut line = Line::new(stream(&OPUS, 1));
    line.decode(0);
    for late in [1, 2, 3, 1, 3, 2] {
        line.run(late);
        for age in (0..late).rev() {
            let (heard, expected) = line.decode(age);
            assert_eq!(heard, expected, "{late} ticks late, {age} ticks ago");
        }
    }
}

/// Who was not listened to for a while is heard from 40 ms before, as if one had listened all the
/// time: whatever the place, loud or soft.
#[test]
fn whoever_is_turned_to_is_heard_from_forty_milliseconds_before() {
    for skipped in (4..260).step_by(9) {
        let mut line = Line::new(stream(&OPUS, 1));
        line.decode(0);
        line.run(skipped);
        let (mut heard, mut expected) = (Vec::new(), Vec::new());
        for age in [2, 1, 0] {
            let (now, then) = line.decode(age);
            assert_near(&then, &now, 15.0);
            heard.extend(now);
            expected.extend(then);
        }
        // No click: no step that the real thing does not have.
        let step = |samples: &[i16]| {
            samples.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max()
        };
        let (ours, theirs) = (step(&heard).unwrap(), step(&expected).unwrap());
        assert!(ours < theirs * 3 / 2 + 64, "a step of {ours} where there is one of {theirs}");
        for _ in 0..3 {
            line.run(1);
            line.check_now(25.0);
        }
        for _ in 0..10 {
            line.run(1);
            line.check_now(30.0);
        }
    }
}

#[test]
fn it_works_for_long_packets_too() {
    let mut line = Line::new(stream(&OPUS, 1));
    line.stream = stream(&OPUS, 3);
    let mut call = Call::new(config_of(config(&OPUS)));
    let (mut frame, mut heard) = ([0; 960], 0);
    for tick in 0..90 {
        if tick % 3 == 0 {
            call.arrive(Channel::Rtp, peer_address(), &line.stream.packet(tick / 3));
        }
        match call.tick_into(&mut frame, Heard::Nothing) {
            Activity::Silent => assert_eq!(heard, 0),
            activity => {
                assert_eq!(activity, Activity::Encoded { level_dbov: level(heard / 3) });
                heard += 1;
            }
        }
    }
    for age in [2, 1, 0] {
        call.decode(age, &mut frame);
        assert_near(line.stream.tick(heard - 1 - age), &frame, 15.0);
    }
}

#[test]
fn a_packet_that_does_not_say_how_loud_it_is_is_decoded_at_once() {
    let mut line = Line::new(stream(&OPUS, 1));
    line.run(50);
    line.stream.levels = false;
    let mut activities = Vec::new();
    for _ in 0..10 {
        let (activity, frame) = line.tick();
        if activity == Activity::Active {
            assert_near(line.stream.tick(line.ticks - 1), &frame, 15.0);
        }
        activities.push(activity);
    }
    // One packet with a level still waited.
    assert!(matches!(activities[0], Activity::Encoded { .. }));
    assert!(activities[1..].iter().all(|activity| *activity == Activity::Active));
    line.stream.levels = true;
    line.tick();
    line.run(5);
}

#[test]
fn what_costs_nothing_to_decode_is_decoded() {
    let stream = stream(&PCMU, 1);
    let mut call = Call::new(config_of(config(&PCMU)));
    let mut active = 0;
    for n in 0..50 {
        call.arrive(Channel::Rtp, peer_address(), &stream.packet(n));
        let (activity, frame) = call.tick();
        if activity == Activity::Active {
            assert_eq!(frame, stream.tick(active));
            active += 1;
        }
    }
    assert!(active > 45);
}

#[test]
fn a_level_that_was_not_negotiated_is_not_read() {
    let stream = stream(&OPUS, 1);
    let mut format = config(&OPUS);
    format.audio_level = None;
    let mut call = Call::new(config_of(format));
    for n in 0..20 {
        call.arrive(Channel::Rtp, peer_address(), &stream.packet(n));
        let activity = call.tick_into(&mut [0; 960], Heard::Nothing);
        assert!(!matches!(activity, Activity::Encoded { .. }));
    }
}

#[test]
fn a_stream_that_stops_is_silent_soon_and_heard_again_when_it_goes_on() {
    let mut line = Line::new(stream(&OPUS, 1));
    line.run(50);
    let mut encoded = 0;
    while matches!(line.tick_with(None).0, Activity::Encoded { .. }) {
        encoded += 1;
    }
    // What waited, and 100 ms in which a loss could be heard.
    assert!((5..=7).contains(&encoded), "{encoded} ticks");
    for _ in 0..20 {
        assert_eq!(line.tick_with(None).0, Activity::Silent);
    }
    let before = line.next;
    line.next = line.ticks;
    assert!(line.next > before);
    while line.tick().0 == Activity::Silent {}
    let (heard, _) = line.decode(0);
    assert!(heard.iter().any(|sample| *sample != 0));
}
