//! The rules of the counter. Pure: no clock, no file, no terminal, no SQL.
//!
//! A [`kind::Kind`] declares fields and a workflow as data; [`workflow`] is the only machinery
//! that turns an action into a timeline [`timeline::Entry`]; [`case::Case::apply`] is the only
//! way in which a case changes. What the store holds can therefore always be rebuilt from entries.

pub mod attendance;
pub mod backup;
pub mod calendar;
pub mod callback;
pub mod case;
pub mod check_code;
pub mod claim;
pub mod field;
pub mod figures;
pub mod form;
pub mod household;
pub mod kind;
pub mod kinds;
pub mod number;
pub mod others;
pub mod outcome;
pub mod parts;
pub mod people;
pub mod promise;
pub mod report;
pub mod retention;
pub mod review;
pub mod roster;
pub mod settings;
pub mod situation;
pub mod timeline;
pub mod totals;
pub mod why;
pub mod workflow;
