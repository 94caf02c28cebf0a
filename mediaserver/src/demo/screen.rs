//! What the newcomer sees while it happens.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Instant;

use mscp_proto::id::ConnectionId;

use super::caller::name_of;
use crate::client::{Passing, Way, one_line};

/// Characters shown of a Call-ID that is nobody's name.
const CALL_ID_SHOWN: usize = 10;

/// How text looks on a terminal; elsewhere it is plain.
#[derive(Clone, Copy)]
pub(super) enum Style {
    Bold,
    Dim,
    Green,
    Cyan,
    Red,
}

/// Standard output with a clock. Clones share it.
#[derive(Clone)]
pub(super) struct Screen(Arc<Inner>);

struct Inner {
    begin: Instant,
    colours: bool,
}

impl Screen {
    pub(super) fn new() -> Screen {
        // https://no-color.org
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let colours = wanted && io::stdout().is_terminal();
        Screen(Arc::new(Inner { begin: Instant::now(), colours }))
    }

    /// A line as it is.
    pub(super) fn line(&self, text: &str) {
        // Nobody reads on: the demonstration goes on for the phones' sake.
        let _ = writeln!(io::stdout().lock(), "{text}");
    }

    /// A message that passes between the application server and the media server.
    pub(super) fn message(&self, passing: &Passing) {
        let arrow = match passing.way {
            Way::Sent => self.paint(Style::Cyan, "AS ──▶ MS"),
            Way::Received => self.paint(Style::Green, "AS ◀── MS"),
        };
        let text = with_names(&one_line(&passing.xml));
        self.line(&format!("{}  {arrow}  {text}", self.clock()));
    }

    /// What happens, in words.
    pub(super) fn note(&self, text: &str) {
        let text = self.paint(Style::Bold, text);
        self.line(&format!("{}  {text}", self.clock()));
    }

    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Green => "32",
            Style::Cyan => "36",
            Style::Red => "31",
        };
        if self.0.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn clock(&self) -> String {
        let seconds = self.0.begin.elapsed().as_secs_f64();
        self.paint(Style::Dim, &format!("{seconds:7.2} s"))
    }
}

/// Connection ids are long; a name, or the beginning of the Call-ID, is enough for a person.
fn with_names(line: &str) -> String {
    let pieces: Vec<String> = line.split('"').map(shown).collect();
    pieces.join("\"")
}

fn shown(value: &str) -> String {
    let id = ConnectionId::new(value);
    let Some(dialog) = id.sip_dialog().filter(|_| !value.contains(char::is_whitespace)) else {
        return value.to_owned();
    };
    match name_of(value) {
        Some(name) => name.to_owned(),
        None => {
            let begin: String = dialog.call_id.chars().take(CALL_ID_SHOWN).collect();
            format!("{begin}…")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_names() {
        let line = "<join id1=\"anna@antiphon-demo;anna;x1\" id2=\"conf1-abc\"/>";
        assert_eq!(with_names(line), "<join id1=\"Anna\" id2=\"conf1-abc\"/>");
        let guest = "<a:hangup connectionid=\"0123456789abcdef@host;t1;t2\"/>";
        assert_eq!(with_names(guest), "<a:hangup connectionid=\"0123456789…\"/>");
    }
}
