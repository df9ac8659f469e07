//! The rules of the counter, walked through: defaults, guards, random walks, documents, words.

#[path = "store/toy.rs"]
#[allow(dead_code)] // each test file uses its part of the toy
mod toy;

#[path = "screens/office.rs"]
#[allow(dead_code)]
mod office;
#[path = "screens/stage.rs"]
#[allow(dead_code)]
mod stage;

mod rules {
    mod answer;
    mod authority;
    mod budget;
    mod chance;
    mod complaint;
    mod cursor;
    mod day;
    mod defaults;
    mod desk;
    mod equipment;
    mod forbidden;
    mod forgotten;
    mod move_in;
    mod move_out;
    mod oath;
    mod office;
    mod permit;
    mod plans;
    mod release_pass;
    mod renovation;
    mod repair;
    mod rounds;
    mod shift;
    mod staff;
    mod survey;
    mod talk;
    mod tied;
    mod tour;
    mod walk;
    mod words;
}
