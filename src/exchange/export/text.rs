//! Text with commas, in UTF-8 with its mark, so that spreadsheets take it for what it is.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use super::table::{Cell, Column};
use super::{Broken, Rows};
use crate::exchange::cells::harmless;

/// A text file under construction.
pub(super) struct Text(csv::Writer<BufWriter<File>>);

impl Text {
    pub(super) fn new(file: File, columns: &[Column]) -> Result<Self, Broken> {
        let mut file = BufWriter::new(file);
        file.write_all("\u{feff}".as_bytes())?;
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
        writer.write_record(columns.iter().map(|column| harmless(&column.heading()))).map_err(failed)?;
        Ok(Self(writer))
    }
}

fn failed(error: csv::Error) -> Broken {
    let said = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Broken::Io(error),
        _ => Broken::Io(io::Error::other(said)),
    }
}

impl Rows for Text {
    fn put(&mut self, cells: &[Cell]) -> Result<(), Broken> {
        let texts = cells.iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            other => other.plain(),
        });
        self.0.write_record(texts).map_err(failed)
    }

    fn end(mut self: Box<Self>) -> Result<(), Broken> {
        Ok(self.0.flush()?)
    }
}
