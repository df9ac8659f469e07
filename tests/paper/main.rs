//! What is printed: the engine that lays out, and every form.
#![cfg(feature = "print")]

mod engine;
