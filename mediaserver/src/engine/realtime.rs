//! What the operating system grants an engine thread: SCHED_FIFO, locked memory, a core of its own.
//!
//! Each thread asks for all three and works without any of them; what it got is said in the log and
//! in the metric `engine_realtime`.

use rustix::mm::MlockAllFlags;
use rustix::process::{Resource, getrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

/// SCHED_FIFO priority asked for: above ordinary real-time work, below the kernel's own threads.
const FIFO_PRIORITY: u8 = 70;

/// What a thread asked for and got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privileges {
    /// Scheduled first in, first out, before all ordinary threads.
    pub fifo: Result<(), String>,
    /// The process's memory is never paged out.
    pub locked_memory: Result<(), String>,
    /// The core the thread is pinned to.
    pub core: Result<usize, String>,
}

/// Asks for all three, for the calling thread: that of engine number `engine` of `engines`.
#[must_use]
pub fn acquire(engine: usize, engines: usize) -> Privileges {
    Privileges { fifo: fifo(), locked_memory: lock_memory(), core: pin(engine, engines) }
}

/// Asks for none.
#[must_use]
pub fn decline() -> Privileges {
    let off = || "switched off (engine.realtime)".to_owned();
    Privileges { fifo: Err(off()), locked_memory: Err(off()), core: Err(off()) }
}

fn fifo() -> Result<(), String> {
    let priority = ThreadPriority::Crossplatform(
        FIFO_PRIORITY.try_into().map_err(|error| format!("priority {FIFO_PRIORITY}: {error}"))?,
    );
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    set_thread_priority_and_policy(thread_native_id(), priority, policy)
        .map_err(|error| format!("{error:?} (needs CAP_SYS_NICE or an rtprio limit)"))
}

/// What the engines were built with is made resident now, so that their threads meet no page fault; what
/// is allocated later is locked when it is first used, because most of it (stacks) never is.
///
/// Locking without the right to lock without bound would make later allocations fail, so it is
/// only asked for where the limit cannot bite.
fn lock_memory() -> Result<(), String> {
    let unlimited = getrlimit(Resource::Memlock).current.is_none();
    if !unlimited && !rustix::process::geteuid().is_root() {
        return Err("the memlock limit is finite (needs CAP_IPC_LOCK)".to_owned());
    }
    rustix::mm::mlockall(MlockAllFlags::CURRENT)
        .and_then(|()| rustix::mm::mlockall(MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT))
        .map_err(|error| error.to_string())
}

fn pin(engine: usize, engines: usize) -> Result<usize, String> {
    let allowed = sched_getaffinity(None).map_err(|error| error.to_string())?;
    let core = core_of(engine, engines, &allowed)?;
    let mut only = CpuSet::new();
    only.set(core);
    sched_setaffinity(None, &only).map_err(|error| error.to_string())?;
    Ok(core)
}

/// The first engine has the highest core that the process may use, the next ones those below it:
/// interrupts and other servers crowd the lowest. Engines for which there is none share all of them.
fn core_of(engine: usize, engines: usize, allowed: &CpuSet) -> Result<usize, String> {
    let cores = allowed.count();
    if cores < 2 {
        return Err("only one core".to_owned());
    }
    let mut downwards = (0..CpuSet::MAX_CPU).rev().filter(|&core| allowed.is_set(core));
    downwards.nth(engine).ok_or_else(|| format!("only {cores} cores for {engines} engines"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cores(cores: &[usize]) -> CpuSet {
        let mut allowed = CpuSet::new();
        cores.iter().for_each(|core| allowed.set(*core));
        allowed
    }

    #[test]
    fn each_engine_has_a_core_of_its_own_from_the_highest_down() {
        let allowed = cores(&[0, 2, 5, 7]);
        let pinned: Vec<usize> =
            (0..3).filter_map(|engine| core_of(engine, 3, &allowed).ok()).collect();
        assert_eq!(pinned, [7, 5, 2]);
    }

    #[test]
    fn engines_without_a_core_of_their_own_are_not_pinned() {
        let allowed = cores(&[0, 1]);
        assert_eq!(core_of(1, 3, &allowed), Ok(0));
        assert_eq!(core_of(2, 3, &allowed), Err("only 2 cores for 3 engines".to_owned()));
        assert_eq!(core_of(0, 1, &cores(&[4])), Err("only one core".to_owned()));
    }
}
