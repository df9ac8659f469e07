//! Has the words compiled again when a file of them changed: a procedural macro cannot say which
//! files it read.

fn main() {
    println!("cargo:rerun-if-changed=assets/locales");
    println!("cargo:rerun-if-changed=build.rs");
}
