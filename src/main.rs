//! Qiantai.
fn main() {}
