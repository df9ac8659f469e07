//! The rules of the counter, walked through: defaults, guards, random walks, documents, words.

mod rules {
    mod defaults;
    mod words;
}
