//! The terminal: one face of the counter.
//!
//! [`app::App`] owns tabs and what lies on top of them; a [`cx::Screen`] owns its state, turns events
//! into [`cx::Message`]s and draws itself. Nothing is read from the file while a frame is painted.

pub mod app;
mod bar;
pub mod config;
pub mod cx;
pub mod form;
pub mod keys;
pub mod look;
pub mod parts;
pub mod run;
pub mod screens;
pub mod theme;
