//! What is printed: the engine that lays out, and every form.
#![cfg(feature = "print")]

#[path = "../store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;

mod engine;
mod forms;
mod sending;

use qiantai::counter::Session;
use qiantai::desk::kinds::STANDARD;
use qiantai::store::{Store, settings as stored};

/// A book that is set up, with its supervisor at work.
fn office() -> (tempfile::TempDir, Store, Session) {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = stored::defaults("蔚蓝新都").unwrap();
    settings.company = "南京蔚蓝物业管理有限公司".into();
    settings.telephone = "025-88881616".into();
    let (store, boss) = toy::set_up_with(directory.path(), STANDARD, &settings);
    (directory, store, boss)
}

/// Without the gaps that the paper has.
fn dense(text: &str) -> String {
    text.replace(char::is_whitespace, "")
}
