//! Behaviour tests over the simulator, and end-to-end tests with real peers.
