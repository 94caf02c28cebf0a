//! Dialogs as machines: what is played, heard and reported, without any I/O.
