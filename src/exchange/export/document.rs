//! One document, its records written as they come.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use serde_json::{Map, Value, json};

use super::table::Column;
use super::{Broken, Task, What};

/// The key under which the records stand.
pub(in crate::exchange) const CASES: &str = "cases";

/// A document under construction.
pub(super) struct Document {
    file: BufWriter<File>,
    empty: bool,
}

impl Document {
    pub(super) fn new(file: File, task: &Task, columns: &[Column]) -> Result<Self, Broken> {
        let headings: Map<String, Value> =
            columns.iter().map(|column| (column.id.clone(), column.title.clone().into())).collect();
        let head = [
            ("what", json!(task.what.id())),
            ("community", json!(task.settings.community)),
            ("at", json!(task.now)),
            ("from", json!(task.from)),
            ("to", json!(task.to)),
            ("masked", json!(!task.unmask)),
            ("headings", Value::Object(headings)),
        ];
        let mut file = BufWriter::new(file);
        write!(file, "{{")?;
        for (key, value) in head {
            write!(file, "{}: {value},\n ", Value::from(key))?;
        }
        let records = match task.what {
            What::Cases(_) => CASES,
            What::Households => super::HOUSEHOLDS,
        };
        write!(file, "{}: [", Value::from(records))?;
        Ok(Self { file, empty: true })
    }

    pub(super) fn put(&mut self, record: &Value) -> Result<(), Broken> {
        let between = if self.empty { "\n" } else { ",\n" };
        self.empty = false;
        Ok(write!(self.file, "{between}{record}")?)
    }

    pub(super) fn end(mut self) -> Result<(), Broken> {
        self.file.write_all(b"\n]}\n")?;
        Ok(self.file.flush()?)
    }
}
