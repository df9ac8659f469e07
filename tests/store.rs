//! The book on real files: several processes, torn-off processes, damaged and foreign files.

#[path = "store/backup.rs"]
mod backup;
#[path = "store/chain.rs"]
mod chain;
#[path = "store/files.rs"]
mod files;
#[path = "store/find.rs"]
mod find;
#[path = "store/processes.rs"]
mod processes;
#[path = "store/records.rs"]
mod records;
#[path = "store/retention.rs"]
mod retention;
#[path = "store/scarce.rs"]
mod scarce;
#[path = "store/sealed.rs"]
mod sealed;
#[path = "store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;
