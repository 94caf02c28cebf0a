//! Decoding: work for a processor, done on tokio's blocking threads, a few documents at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Documents decoded at once. Each takes a processor, which the engine needs too, and up to ten
/// times its own size in memory; the second one keeps a short prompt from waiting for a long one.
const DECODES_MAX: usize = 2;

/// How long a document waits for its turn to be decoded.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// The turns to decode. Cheap to clone, all clones share them.
#[derive(Clone)]
pub(super) struct Decoding {
    turns: Arc<Semaphore>,
}

/// Why nothing was decoded.
#[derive(Debug, thiserror::Error)]
pub(super) enum GaveUp {
    #[error("no turn to decode within {} s", WAIT_MAX.as_secs())]
    NoTurn,
    #[error("decoding was given up")]
    Died,
}

impl Decoding {
    pub(super) fn new() -> Decoding {
        Decoding { turns: Arc::new(Semaphore::new(DECODES_MAX)) }
    }

    /// Does `work` when its turn has come. Whoever drops the future before that prevents it; after
    /// that the work goes on, and keeps its turn, to its end.
    pub(super) async fn decode<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, GaveUp> {
        let turn = timeout(WAIT_MAX, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| GaveUp::NoTurn)?.map_err(|_| GaveUp::Died)?;
        let working = spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        working.await.map_err(|_| GaveUp::Died)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::sync::mpsc::{Receiver, Sender, channel};

    use tokio::task::JoinHandle;

    use super::*;

    /// Work that says that it began and ends when it is told to.
    struct Work {
        task: JoinHandle<Result<(), GaveUp>>,
        end: Sender<()>,
    }

    fn begin(decoding: &Decoding, name: &'static str, begun: &Sender<&'static str>) -> Work {
        let (decoding, begun) = (decoding.clone(), begun.clone());
        let (end, ended): (Sender<()>, Receiver<()>) = channel();
        let task = tokio::spawn(async move {
            let work = move || {
                begun.send(name).unwrap();
                let _ = ended.recv();
            };
            decoding.decode(work).await
        });
        Work { task, end }
    }

    async fn cancel(work: &mut Work) {
        work.task.abort();
        assert!((&mut work.task).await.unwrap_err().is_cancelled());
    }

    #[tokio::test]
    async fn a_few_run_at_once_and_what_is_cancelled_before_its_turn_never_begins() {
        let decoding = Decoding::new();
        let (begun, begins) = channel();
        let mut first = begin(&decoding, "first", &begun);
        let mut second = begin(&decoding, "second", &begun);
        let mut running = [next(&begins).await, next(&begins).await];
        running.sort_unstable();
        assert_eq!(running, ["first", "second"]);
        assert_eq!(decoding.turns.available_permits(), DECODES_MAX - 2);

        // One whose asker is gone still takes a processor, so it keeps its turn.
        cancel(&mut first).await;
        assert_eq!(decoding.turns.available_permits(), 0);

        let mut waiting = begin(&decoding, "cancelled", &begun);
        tokio::task::yield_now().await;
        cancel(&mut waiting).await;
        let last = begin(&decoding, "last", &begun);
        first.end.send(()).unwrap();
        assert_eq!(next(&begins).await, "last");
        for work in [&second, &last] {
            work.end.send(()).unwrap();
        }
        (&mut second.task).await.unwrap().unwrap();
        last.task.await.unwrap().unwrap();
        drop(begun);
        assert!(begins.recv().is_err(), "nothing else began");
    }

    /// Waits without keeping the runtime's only thread from its work.
    async fn next(begins: &Receiver<&'static str>) -> &'static str {
        loop {
            if let Ok(name) = begins.try_recv() {
                return name;
            }
            tokio::task::yield_now().await;
        }
    }
}
