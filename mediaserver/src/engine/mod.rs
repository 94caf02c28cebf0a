//! The engine's thread and what surrounds it: its pace, and what the operating system grants it.

pub mod late;
pub mod pace;
pub mod realtime;
pub mod thread;
