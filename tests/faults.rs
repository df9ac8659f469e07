//! What goes wrong around a counter: processes killed, stopped and racing, disks that are full or may not be
//! written, files cut short, damaged or swapped, clocks that are wrong.
//!
//! In each of them nobody sees a panic, nothing that was acknowledged is lost, and a sentence says what to do.
//! `docs/drills.md` tells how the longer drills are run.

#![cfg(unix)]

#[path = "faults/bytes.rs"]
mod bytes;
#[path = "faults/clock.rs"]
mod clock;
#[path = "faults/damage.rs"]
mod damage;
#[path = "faults/disk.rs"]
mod disk;
#[path = "faults/gone.rs"]
mod gone;
#[path = "faults/halted.rs"]
mod halted;
#[path = "faults/kills.rs"]
mod kills;
#[cfg(target_os = "linux")]
#[path = "faults/moved.rs"]
mod moved;
#[path = "e2e/office.rs"]
#[allow(dead_code)] // shared with the tests of the screen
mod office;
#[path = "e2e/terminal.rs"]
#[allow(dead_code)]
mod terminal;
#[path = "faults/worker.rs"]
mod worker;
