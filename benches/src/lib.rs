//! Benchmarks of the engine and its kernels.
