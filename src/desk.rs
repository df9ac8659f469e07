//! The rules of the counter. Pure: no clock, no file, no terminal, no SQL.

pub mod calendar;
