//! Every binary of behaviour tests runs the engine's ticks under the allocation trap.

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;
