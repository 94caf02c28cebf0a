//! Mixing alone: ports that only copy a frame.

use mixer::Plan;
use mixer::inbox::NoInbox;
use mixer::port::{
    Activity, Datagram, FRAME_SAMPLES_MAX, Heard, Media, Outbox, Port, Rate, Sink, Source,
};
use mixer::room::Policy;
use mixer::time::Time;

use crate::hall::Hall;
use crate::measure::{head, line};

/// Measures rooms of several sizes.
pub(crate) fn run() {
    head("one tick, ports that copy a frame, all talk");
    for rate in [Rate::Narrow, Rate::Full] {
        for members in [3, 10, 100, 1_000, 5_000] {
            for nbest in [3, 0] {
                let mut hall = full(members, 1, Policy::NBest(nbest), rate);
                let name = format!("1 room of {members}, {} kHz, N = {nbest}", rate.hz() / 1_000);
                line(&name, || hall.tick(&mut NoInbox));
            }
        }
    }
    let mut hall = full(3, 1_000, Policy::NBest(0), Rate::Narrow);
    line("1,000 rooms of 3, 8 kHz, N = 0", || hall.tick(&mut NoInbox));
}

/// Rooms with so many members each, all of whom talk.
pub(crate) fn full(members: usize, rooms: usize, policy: Policy, rate: Rate) -> Hall {
    let mut hall = Hall::new(members * rooms, rooms);
    let mut plan = Plan::new();
    for _ in 0..rooms {
        let room = hall.add_room(&mut plan, policy);
        for member in 0..members {
            let talker = Box::new(Talker::new(member, rate));
            let port = hall.add_port(&mut plan, |_| (talker, Media::plain(rate)));
            hall.join(&mut plan, port, room);
        }
    }
    hall.submit(plan);
    hall
}

/// Speaks the same frame for ever, at a level of its own.
pub(crate) struct Talker {
    frame: [i16; FRAME_SAMPLES_MAX],
    heard: i32,
}

impl Talker {
    pub(crate) fn new(member: usize, rate: Rate) -> Talker {
        let mut frame = [0; FRAME_SAMPLES_MAX];
        let narrow_samples = rate.frame_samples() / Rate::Narrow.frame_samples();
        for (index, sample) in frame.iter_mut().enumerate() {
            let phase = (index * (member % 17 + 1)) as f32 * 0.1 / narrow_samples as f32;
            *sample = (phase.sin() * (200.0 + (member % 100) as f32)) as i16;
        }
        Talker { frame, heard: 0 }
    }
}

impl Source for Talker {
    fn read(&mut self, _now: Time, frame: &mut [i16], _out: &mut dyn Outbox) -> Activity {
        frame.copy_from_slice(&self.frame[..frame.len()]);
        Activity::Active
    }
}

impl Sink for Talker {
    fn write(&mut self, _now: Time, heard: Heard<'_>, _out: &mut dyn Outbox) {
        if let Heard::Audio(audio) = heard {
            self.heard = self.heard.wrapping_add(i32::from(audio.frame[0]));
        }
    }
}

impl Port for Talker {
    fn receive(&mut self, _now: Time, _datagram: Datagram<'_>, _out: &mut dyn Outbox) {}
}
