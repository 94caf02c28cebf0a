//! The engines' threads and what surrounds them: their pace, and what the operating system grants
//! them.

pub mod late;
pub mod pace;
pub mod realtime;
pub mod thread;
