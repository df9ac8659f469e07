//! The real binary in a pseudo-terminal, as people sit before it.

#[path = "e2e/cursor.rs"]
mod cursor;
#[path = "e2e/day.rs"]
mod day;
#[path = "e2e/faults.rs"]
mod faults;
#[path = "e2e/form.rs"]
mod form;
#[path = "e2e/input_method.rs"]
mod input_method;
#[path = "e2e/intake.rs"]
mod intake;
#[path = "e2e/keys.rs"]
mod keys;
#[path = "e2e/log.rs"]
mod log;
#[path = "e2e/office.rs"]
mod office;
#[cfg(feature = "print")]
#[path = "e2e/printing.rs"]
mod printing;
#[path = "e2e/questions.rs"]
mod questions;
#[path = "e2e/reports.rs"]
mod reports;
#[path = "e2e/services.rs"]
mod services;
#[path = "e2e/stories.rs"]
mod stories;
#[path = "e2e/terminal.rs"]
mod terminal;
#[path = "e2e/trust.rs"]
mod trust;
#[path = "e2e/window.rs"]
mod window;
