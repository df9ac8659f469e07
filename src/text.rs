//! Languages, plain forms, widths, pinyin, and what people type.

pub mod changed;
pub mod lang;
pub mod markdown;
pub mod outcome;
pub mod pinyin;
pub mod plain;
pub mod report;
pub mod say;
pub mod show;
pub mod shown;
pub mod sought;
pub mod spelled;
pub mod typed;
pub mod value;
pub mod width;
