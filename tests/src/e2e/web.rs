//! A web server with one document, for prompts.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

/// Serves `document` to whoever asks for `path`, and 404 for anything else, until the test ends.
/// Gives the address to put before the path: `http://127.0.0.1:PORT`.
///
/// # Panics
/// When there is no free port.
#[must_use]
pub fn serve(path: &'static str, document: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(socket.try_clone().unwrap()).lines();
            let request = lines.next().and_then(Result::ok).unwrap_or_default();
            while lines.next().and_then(Result::ok).is_some_and(|line| !line.is_empty()) {}
            let found = request.starts_with(&format!("GET {path} "));
            let (status, body) =
                if found { ("200 OK", document.as_slice()) } else { ("404 Not Found", &[][..]) };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: audio/wav\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n",
                body.len()
            );
            // A client that is gone is its own affair.
            let _ = socket.write_all(head.as_bytes()).and_then(|()| socket.write_all(body));
        }
    });
    format!("http://{address}")
}
