//! Random input against everything that takes input from outside: no panic, and no wait over a second.
//!
//! Each target runs for `QIANTAI_FUZZ_SECONDS` (`docs/drills.md`); what once failed is kept as a seed in the
//! target and tried first, always.

#[path = "fuzz/dice.rs"]
mod dice;
#[path = "fuzz/files.rs"]
mod files;
#[path = "fuzz/keys.rs"]
mod keys;
#[path = "screens/office.rs"]
#[allow(dead_code)] // shared with the tests of the screens
mod office;
#[path = "fuzz/restore.rs"]
mod restore;
#[path = "screens/stage.rs"]
#[allow(dead_code)]
mod stage;
#[path = "fuzz/typed.rs"]
mod typed;
