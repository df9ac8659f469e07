//! Qiantai (前台).

// The words of both languages; must stand in the crate root. `text::lang` is the only door to them.
rust_i18n::i18n!("assets/locales");

pub mod desk;
pub mod text;
