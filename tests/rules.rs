//! The rules of the counter, walked through: defaults, guards, random walks, documents, words.

#[path = "store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;

mod rules {
    mod defaults;
    mod oath;
    mod walk;
    mod words;
}
