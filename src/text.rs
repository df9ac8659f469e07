//! Languages, plain forms, widths, pinyin, and what people type.

pub mod lang;
pub mod plain;
pub mod say;
pub mod width;
