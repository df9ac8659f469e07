//! The screens, each looked at as a whole: the real application over a real book in memory, keys by
//! their names, pictures as text.

mod codes;
mod everyday;
mod export;
mod frames;
mod gate;
mod hostile;
mod kinds;
mod lists;
mod office;
mod pictures;
mod printing;
mod privacy;
mod services;
#[allow(dead_code)] // shared with the rules
mod stage;
mod trust;
mod typing;
