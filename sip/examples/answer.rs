//! Answers every call with a session description that sends nothing, and says every second how
//! many calls there are: `cargo run --example answer -- 127.0.0.1:5060`. Interrupt to drain.
#![allow(clippy::print_stdout, clippy::disallowed_macros)]

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use sip::{Agent, Config, Event, Rejection};
use tokio::sync::mpsc;

const EVENTS_MAX: usize = 1_024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listen: SocketAddr = std::env::args().nth(1).unwrap_or("127.0.0.1:5060".into()).parse()?;
    let (sender, mut events) = mpsc::channel(EVENTS_MAX);
    let agent = Agent::bind(Config::new(listen), sender).await?;
    println!("listening on {}", agent.local_addr());
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    let (mut answered, mut ended) = (0_u64, 0_u64);
    loop {
        tokio::select! {
            Some(event) = events.recv() => {
                answered += u64::from(matches!(event, Event::Acked { .. }));
                ended += u64::from(event.is_final());
                handle(&agent, event);
            }
            _ = tick.tick() => println!("{} calls, {answered} answered, {ended} ended", agent.calls()),
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    agent.shutdown().await;
    Ok(())
}

fn handle(agent: &Agent, event: Event) {
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
               m=audio 40000 RTP/AVP 0\r\na=inactive\r\n";
    match event {
        Event::Invited(invitation) => agent.accept(&invitation.call, sdp),
        Event::Reinvited { call, offer: Some(_) } => agent.accept(&call, sdp),
        Event::Reinvited { call, offer: None } => agent.reject(&call, Rejection::new(488)),
        _ => {}
    }
}
