//! Qiantai (前台): the front desk of a residential property service centre.
//!
//! The rooms, from the ground up; nothing imports upwards:
//! [`desk`] (rules) ← [`text`] ← `store` ← `counter` ← `timer`, `exchange`, `paper` ← `ui`, `cli`.

// The words of both languages; must stand in the crate root. `text::lang` is the only door to them.
rust_i18n::i18n!("assets/locales");

pub mod cli;
pub mod counter;
pub mod demo;
pub mod desk;
pub mod exchange;
pub mod paper;
pub mod store;
pub mod text;
pub mod timer;
pub mod ui;
