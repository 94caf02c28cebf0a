//! The media server: control core, shell, and the mediaserver binary.
