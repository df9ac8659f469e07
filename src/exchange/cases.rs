//! Reading cases that were exported: a workbook, text with commas, or a document.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use serde_json::Value;

use super::export::{EXTRA, Holds, columns, state_of};
use super::sheet::{self, Cell, Sheet};
use super::{Problem, Reason};
use crate::counter::imports::{CaseList, CaseRow};
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Values, as_instant, instant, is_blank};
use crate::desk::kind::Kind;
use crate::desk::kinds::Kinds;
use crate::desk::number;
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};
use crate::text::value::{Typing, typed_value};

/// Columns by which the headings are known.
const KNOWN_BY: [&str; 2] = ["number", "state"];
/// Facts that follow from others and are not read.
const FOLLOWS: &str = "due_at";
/// Rows from the top among which headings are looked for.
const HEADING_ROWS: usize = 10;
/// How many rows are done between two words about the progress.
const STEP: usize = 200;

/// What reading needs to know of the book.
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    /// The kinds there are.
    pub kinds: Kinds,
    /// Catalogues and time zone.
    pub settings: &'a Settings,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What is wrong, with the column.
type Wrong = (String, Why);

/// Reads the cases of a file. `progress` hears how many of how many rows are done.
///
/// # Errors
/// The file can't be read, holds no exported cases, has columns that no kind has, or the work was broken off.
pub fn read(
    path: &Path,
    book: &Book,
    mut progress: impl FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<CaseList, Why> {
    let document = sheet::read_document(path)?;
    let sheets = if document.is_some() { Vec::new() } else { sheet::read_sheets(path)? };
    let records = match &document {
        Some(document) => documents(document)?,
        None => rows(&sheets)?,
    };
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut list = CaseList { file, read: records.len() as u32, ..CaseList::default() };
    let all = records.len();
    for (done, record) in records.iter().enumerate() {
        if done % STEP == 0 && progress(done, all).is_break() {
            return Err(Why::new("exchange.why.cancelled"));
        }
        match case(record, book)? {
            Ok(case) => list.rows.push(CaseRow { row: record.row, case }),
            Err((column, why)) => {
                list.problems.push(Problem { row: record.row, column, reason: Reason::Rule(why) });
            }
        }
    }
    Ok(list)
}

/// What stands under one name.
enum Found<'a> {
    Cell(&'a Cell),
    Value(&'a Value),
}

/// One record as it stands in the file.
struct RecordIn<'a> {
    row: u32,
    found: BTreeMap<String, Found<'a>>,
}

fn no_cases() -> Why {
    Why::new("exchange.why.no_cases")
}

fn documents(document: &Value) -> Result<Vec<RecordIn<'_>>, Why> {
    let cases = document.get("cases").and_then(Value::as_array).ok_or_else(no_cases)?;
    cases
        .iter()
        .zip(1..)
        .map(|(case, row)| {
            let object = case.as_object().ok_or_else(no_cases)?;
            let found = object.iter().map(|(key, value)| (key.clone(), Found::Value(value)));
            Ok(RecordIn { row, found: found.collect() })
        })
        .collect()
}

fn rows(sheets: &[Sheet]) -> Result<Vec<RecordIn<'_>>, Why> {
    let mut records = Vec::new();
    let mut known = false;
    for sheet in sheets {
        let headings = sheet.rows.iter().take(HEADING_ROWS).enumerate().find_map(|(at, row)| {
            let ids: Vec<&str> = row.cells.iter().map(|cell| id(&cell.text)).collect();
            KNOWN_BY.iter().all(|known| ids.contains(known)).then_some((at, ids))
        });
        let Some((at, ids)) = headings else { continue };
        known = true;
        for row in &sheet.rows[at + 1..] {
            let found = ids.iter().enumerate().filter(|(_, id)| !id.is_empty());
            let found = found.map(|(column, id)| ((*id).to_owned(), Found::Cell(row.cell(column))));
            records.push(RecordIn { row: row.number, found: found.collect() });
        }
    }
    if known { Ok(records) } else { Err(no_cases()) }
}

/// The name that stays the same: what stands in brackets at the end, or the whole heading.
fn id(heading: &str) -> &str {
    heading
        .trim()
        .strip_suffix(']')
        .and_then(|text| text.rsplit_once('['))
        .map_or(heading.trim(), |(_, id)| id)
}

/// Makes a record into a case; the outer error is about the whole file.
fn case(record: &RecordIn, book: &Book) -> Result<Result<Case, Wrong>, Why> {
    let number = match record.found.get("number") {
        Some(Found::Cell(cell)) => cell.text.trim().to_uppercase(),
        Some(Found::Value(value)) => value.as_str().unwrap_or_default().to_owned(),
        None => String::new(),
    };
    let prefix = number::parse(&number).map(|(prefix, ..)| prefix);
    let Some(kind) = prefix.and_then(|prefix| book.kinds.by_prefix(prefix)) else {
        let why = Why::new("counter.why.not_a_number").with("number", Arg::Text(number));
        return Ok(Err(("number".into(), why)));
    };
    let columns = columns(kind);
    let strange: Vec<&str> = record
        .found
        .keys()
        .map(String::as_str)
        .filter(|id| !columns.iter().any(|(known, _)| known == id))
        .collect();
    if !strange.is_empty() {
        return Err(Why::new("exchange.why.strange_columns").with("columns", Arg::Text(strange.join(", "))));
    }
    let mut values = Values::new();
    for (key, holds) in columns.iter().filter(|(key, _)| *key != FOLLOWS) {
        let value = match record.found.get(*key) {
            None => Value::Null,
            Some(Found::Value(value)) => (*value).clone(),
            Some(Found::Cell(cell)) => match value_of(kind, key, *holds, cell, book) {
                Ok(value) => value,
                Err(why) => return Ok(Err(((*key).to_owned(), why))),
            },
        };
        if let Err(why) = fits(&value, *holds, book) {
            return Ok(Err(((*key).to_owned(), why)));
        }
        if !is_blank(&value) {
            values.insert((*key).to_owned(), value);
        }
    }
    Ok(whole(kind, number, values))
}

/// The value of a cell.
fn value_of(kind: &Kind, key: &'static str, holds: Holds, cell: &Cell, book: &Book) -> Result<Value, Why> {
    let text = cell.text.as_str();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let unread = || Why::new("exchange.why.unreadable_cell").with("value", Arg::Text(text.to_owned()));
    let typing = Typing { kind: kind.id, now: book.now, settings: book.settings, kinds: book.kinds };
    match holds {
        Holds::State => state_of(kind, text)
            .map(Value::from)
            .ok_or_else(|| Why::new("exchange.why.no_state").with("value", Arg::Text(text.to_owned()))),
        Holds::Json | Holds::Field(FieldType::Lines(_) | FieldType::Scores(_) | FieldType::Checklist(_)) => {
            serde_json::from_str(text).map_err(|_| unread())
        }
        Holds::Field(FieldType::Instant) => moment(text, book).map(instant).ok_or_else(unread),
        Holds::Field(FieldType::Count { .. }) => text.parse::<i64>().map(Value::from).map_err(|_| unread()),
        Holds::Field(
            ty @ (FieldType::Flag
            | FieldType::Money
            | FieldType::Reading
            | FieldType::Day
            | FieldType::Choice(_)
            | FieldType::Catalogue(_)
            | FieldType::Kind),
        ) => typed_value(&Field::new(key, ty), text, &typing),
        Holds::Field(_) => Ok(text.into()),
    }
}

/// An instant in the community's time, as the export writes it; RFC 3339 too.
fn moment(text: &str, book: &Book) -> Option<DateTime<Utc>> {
    if let Some(at) = as_instant(&text.into()) {
        return Some(at);
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M"))
        .or_else(|_| text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN)))
        .ok()?;
    book.settings.calendar.tz().from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc))
}

/// Refuses what no book may take: a masked telephone number, a code or option that is not known here.
fn fits(value: &Value, holds: Holds, book: &Book) -> Result<(), Why> {
    let Holds::Field(ty) = holds else { return Ok(()) };
    let unknown = |key: &str, text: &str| Err(Why::new(key).with("value", Arg::Text(text.to_owned())));
    match (ty, value) {
        (FieldType::Phone, Value::String(phone)) if phone.contains("**") => {
            Err(Why::new("exchange.why.masked_phone"))
        }
        (FieldType::Lines(columns), Value::Array(rows)) => {
            let cells = rows.iter().filter_map(Value::as_object).flatten();
            for (key, value) in cells {
                if let Some(column) = columns.iter().find(|column| column.key == key) {
                    fits(value, Holds::Field(column.ty), book)?;
                }
            }
            Ok(())
        }
        (FieldType::Catalogue(name), Value::String(code))
            if book.settings.code_name(name, code).is_none() =>
        {
            unknown("desk.why.not_in_catalogue", code)
        }
        (FieldType::Choice(options), Value::String(option)) if !options.contains(&option.as_str()) => {
            Err(Why::new("desk.why.not_option")
                .with("value", Arg::Text(option.clone()))
                .with("options", Arg::Text(options.join(", "))))
        }
        _ => Ok(()),
    }
}

/// Puts the case together.
fn whole(kind: &'static Kind, number: String, mut values: Values) -> Result<Case, Wrong> {
    let mut taken = |key: &str| values.remove(key).unwrap_or_default();
    let missing = |key: &str| (key.to_owned(), Why::new("desk.why.required"));
    let unread = |key: &str| {
        let key = key.to_owned();
        move |error: serde_json::Error| {
            (key, Why::new("desk.why.shape").with("error", Arg::Text(error.to_string())))
        }
    };
    drop(taken("number"));
    let state = taken("state").as_str().map(str::to_owned).ok_or_else(|| missing("state"))?;
    if state_of(kind, &state) != Some(&state) {
        return Err(("state".into(), Why::new("exchange.why.no_state").with("value", Arg::Text(state))));
    }
    let opened_at = as_instant(&taken("opened_at")).ok_or_else(|| missing("opened_at"))?;
    let opened_by = taken("opened_by").as_str().map(str::to_owned).ok_or_else(|| missing("opened_by"))?;
    let closed_at = as_instant(&taken("closed_at"));
    if closed_at.is_some() != kind.ends(&state) {
        return Err(("closed_at".into(), Why::new("exchange.why.closed_and_state")));
    }
    let mut list = |key: &str| match taken(key) {
        Value::Null => Value::Array(Vec::new()),
        list => list,
    };
    let promises = serde_json::from_value(list("promises")).map_err(unread("promises"))?;
    let callbacks = serde_json::from_value(list("callbacks")).map_err(unread("callbacks"))?;
    let links = serde_json::from_value(list("links")).map_err(unread("links"))?;
    if let Some(Value::Object(extra)) = values.remove(EXTRA) {
        values.extend(extra);
    }
    let case = Case {
        number,
        kind: kind.id.to_owned(),
        state,
        opened_at,
        opened_by,
        closed_at,
        promises,
        callbacks,
        links,
        ..Case::default()
    };
    let mut case = case.with(&values);
    case.detail = (kind.shape)(&case.detail).map_err(unread(EXTRA))?;
    Ok(case)
}
