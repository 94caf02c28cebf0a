//! One answer of `/api/state` for all who ask for it at about the same time.
//!
//! The control core is asked in between calls and requests; however many look on, it must not be
//! asked more often than somebody could see the difference.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer is good for: the core is asked four times a second at most.
pub(super) const FRESH: Duration = Duration::from_millis(250);

/// The last answer, and when it was asked for.
#[derive(Default)]
pub(super) struct Snapshot {
    last: Mutex<Option<(Instant, Bytes)>>,
}

impl Snapshot {
    /// The last answer if it is fresh at `now`; otherwise that of `ask`. While one asks, others
    /// wait for the same answer. An error is not kept.
    pub(super) async fn at<E>(
        &self,
        now: Instant,
        ask: impl Future<Output = Result<Bytes, E>>,
    ) -> Result<Bytes, E> {
        let mut last = self.last.lock().await;
        // Whoever has waited may come from before the answer it waited for.
        let fresh = |asked: Instant| now.saturating_duration_since(asked) < FRESH;
        if let Some((_, answer)) = last.as_ref().filter(|(asked, _)| fresh(*asked)) {
            return Ok(answer.clone());
        }
        let answer = ask.await?;
        *last = Some((now, answer.clone()));
        Ok(answer)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Twenty readers for two seconds, each every 10 ms.
    #[tokio::test]
    async fn all_readers_share_what_is_asked_four_times_a_second() {
        let (snapshot, asked, start) = (Snapshot::default(), Cell::new(0), Instant::now());
        for ms in (0..2_000).step_by(10) {
            for _ in 0..20 {
                let ask = async {
                    asked.set(asked.get() + 1);
                    Ok::<_, ()>(Bytes::from(ms.to_string()))
                };
                let answer = snapshot.at(start + Duration::from_millis(ms), ask).await.unwrap();
                assert_eq!(answer, (ms / 250 * 250).to_string());
            }
        }
        assert_eq!(asked.get(), 8);
    }

    #[tokio::test]
    async fn who_comes_while_another_asks_gets_the_same_answer() {
        let (snapshot, start) = (Snapshot::default(), Instant::now());
        let asking = async {
            tokio::task::yield_now().await;
            Ok::<_, ()>(Bytes::from("shared"))
        };
        let never = async { unreachable!("the first has asked") };
        let (first, second) = tokio::join!(
            snapshot.at(start, asking),
            snapshot.at(start - Duration::from_millis(1), never)
        );
        assert_eq!(first, second);
    }

    #[tokio::test]
    async fn an_error_is_not_kept() {
        let (snapshot, now) = (Snapshot::default(), Instant::now());
        assert_eq!(snapshot.at(now, async { Err("busy") }).await, Err("busy"));
        let answer = snapshot.at(now, async { Ok::<_, ()>(Bytes::from("well")) }).await;
        assert_eq!(answer, Ok(Bytes::from("well")));
    }
}
