//! What an audio dialog wants done, in every order things can happen in.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;

use dialogs::audio::AudioDialog;
use dialogs::{Input, Output, Pcm};

fn pcm() -> Pcm {
    Arc::from(vec![1i16; 160])
}

/// Feeds `inputs` and returns the names of all outputs, those of the birth included.
fn run(inputs: &[Input]) -> Vec<String> {
    let mut dialog = AudioDialog::new();
    let mut names = drain(&mut dialog);
    for input in inputs {
        dialog.handle(input.clone());
        names.extend(drain(&mut dialog));
    }
    names
}

fn drain(dialog: &mut AudioDialog) -> Vec<String> {
    std::iter::from_fn(|| dialog.poll_output()).map(|output| name(&output)).collect()
}

fn name(output: &Output) -> String {
    match output {
        Output::Fetch => "fetch".into(),
        Output::Prepared => "prepared".into(),
        Output::Failed { reason } => format!("failed: {reason}"),
        Output::Play(_) => "play".into(),
        Output::Started => "started".into(),
        Output::StopPlaying => "stop".into(),
        Output::Exit => "exit".into(),
        Output::Error { reason } => format!("error: {reason}"),
    }
}

fn gone() -> Input {
    Input::EndPointGone { reason: "hung up".into() }
}

#[test]
fn started_at_once_it_plays_when_the_file_is_here() {
    let seen =
        run(&[Input::Start, Input::Fetched(Ok(pcm())), Input::Attached, Input::PlayFinished]);
    assert_eq!(seen, ["fetch", "play", "started", "exit"]);
}

#[test]
fn prepared_it_waits_for_its_start() {
    let seen =
        run(&[Input::Fetched(Ok(pcm())), Input::Start, Input::Attached, Input::PlayFinished]);
    assert_eq!(seen, ["fetch", "prepared", "play", "started", "exit"]);
}

#[test]
fn a_file_that_cannot_be_had_fails_with_its_reason() {
    let seen = run(&[Input::Start, Input::Fetched(Err("HTTP 404 error: u".into()))]);
    assert_eq!(seen, ["fetch", "failed: HTTP 404 error: u"]);
}

#[test]
fn a_file_shorter_than_the_way_to_the_engine_still_starts_before_it_exits() {
    let seen =
        run(&[Input::Start, Input::Fetched(Ok(pcm())), Input::PlayFinished, Input::Attached]);
    assert_eq!(seen, ["fetch", "play", "started", "exit"]);
}

#[test]
fn terminated_while_playing_it_fades_then_exits() {
    let seen = run(&[
        Input::Start,
        Input::Fetched(Ok(pcm())),
        Input::Attached,
        Input::Terminate,
        Input::PlayFinished,
    ]);
    assert_eq!(seen, ["fetch", "play", "started", "stop", "exit"]);
}

#[test]
fn terminated_while_prepared_it_exits_at_once() {
    let seen = run(&[Input::Fetched(Ok(pcm())), Input::Terminate]);
    assert_eq!(seen, ["fetch", "prepared", "exit"]);
}

#[test]
fn a_hang_up_is_an_error_of_the_running_dialog() {
    let seen = run(&[Input::Start, Input::Fetched(Ok(pcm())), Input::Attached, gone()]);
    assert_eq!(seen, ["fetch", "play", "started", "error: hung up"]);
}

#[test]
fn a_hang_up_before_the_start_is_confirmed_answers_the_request() {
    let seen = run(&[Input::Start, Input::Fetched(Ok(pcm())), gone(), Input::Attached]);
    assert_eq!(seen, ["fetch", "play", "failed: hung up"]);
}

#[test]
fn nothing_is_said_after_the_end() {
    let seen = run(&[
        Input::Start,
        Input::Fetched(Ok(pcm())),
        Input::Attached,
        Input::PlayFinished,
        Input::Terminate,
        gone(),
        Input::Start,
        Input::PlayFinished,
    ]);
    assert_eq!(seen, ["fetch", "play", "started", "exit"]);
}
