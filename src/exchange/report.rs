//! The report of an import as a table that a spreadsheet opens.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::ImportReport;
use super::cells::harmless;
use crate::text::lang::{Lang, t};

/// Reports of one minute that are kept beside each other.
const NAMES_MAX: u32 = 1_000;

/// The report as a text with commas, in UTF-8 with its mark, so that spreadsheets take it for what it is.
#[must_use]
pub fn csv(report: &ImportReport, lang: Lang) -> Vec<u8> {
    let word = |key: &str| t(lang, &format!("exchange.report.{key}"), &[]);
    let mut rows: Vec<[String; 3]> = [
        ("read", report.read),
        ("added", report.added),
        ("changed", report.changed),
        ("unchanged", report.unchanged),
        ("refused", report.refused),
    ]
    .map(|(key, count)| [word(key), count.to_string(), String::new()])
    .to_vec();
    rows.push(Default::default());
    rows.push([word("row"), word("column"), word("reason")]);
    rows.extend(
        report
            .problems
            .iter()
            .map(|problem| [problem.row.to_string(), problem.column.clone(), problem.reason.say(lang)]),
    );
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    for row in rows {
        // Writing into memory cannot fail, and all rows have the same length.
        let _ = writer.write_record(row.map(|cell| harmless(&cell)));
    }
    writer.into_inner().unwrap_or_default()
}

/// Saves the report beside the file that was imported; nothing that is there already is replaced.
///
/// `stamp` is the day and time in the name.
///
/// # Errors
/// The directory can't be written.
pub fn save_beside(file: &Path, report: &ImportReport, lang: Lang, stamp: &str) -> io::Result<PathBuf> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let word = t(lang, "exchange.report.name", &[]);
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 1..=NAMES_MAX {
        let tail = if number == 1 { String::new() } else { format!("-{number}") };
        let path = file.with_file_name(format!("{stem}-{word}-{stamp}{tail}.csv"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut saved) => {
                saved.write_all(&csv(report, lang))?;
                saved.sync_all()?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::why::Why;
    use crate::exchange::{Problem, Reason};

    fn report() -> ImportReport {
        ImportReport {
            read: 3,
            added: 2,
            refused: 1,
            problems: vec![Problem {
                row: 4,
                column: "=cmd|'/c calc'!A1".to_owned(),
                reason: Reason::Rule(Why::new("exchange.why.unit_missing")),
            }],
            ..ImportReport::default()
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        for lang in Lang::ALL {
            let bytes = csv(&report(), lang);
            let text = String::from_utf8(bytes).unwrap();
            let text = text.strip_prefix('\u{feff}').unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            let last = rows.last().unwrap();
            assert_eq!((&last[0], &last[1]), ("4", "'=cmd|'/c calc'!A1"));
            assert!(last[2].len() > 5 && !last[2].contains("exchange."));
            for cell in rows.iter().flatten() {
                assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
            }
        }
    }

    #[test]
    fn a_report_never_replaces_another() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("roster.xlsx");
        let first = save_beside(&file, &report(), Lang::En, "20261124-0941").unwrap();
        let second = save_beside(&file, &report(), Lang::En, "20261124-0941").unwrap();
        assert_ne!(first, second);
        assert!(first.file_name().unwrap().to_string_lossy().starts_with("roster-"));
        assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap());
        save_beside(&dir.path().join("missing/roster.xlsx"), &report(), Lang::En, "x").unwrap_err();
    }
}
