//! The directory: a row for each resident, one for a household of which nobody is known.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::table::{Cell, Column};
use super::{Record, Records, Task};
use crate::counter::CounterError;
use crate::desk::household::{Household, Resident};
use crate::exchange::headings::Field;
use crate::store::Store;
use crate::store::directory::HouseholdQuery;
use crate::text::lang::{Lang, t};
use crate::text::show::mask_phone;

/// What the directory is called where kinds have their ids.
pub const ID: &str = "households";

/// Households read at a time.
const PAGE: usize = 500;
/// Columns that a roster can be read back from.
const ROSTER: [Field; 12] = [
    Field::Unit,
    Field::Area,
    Field::State,
    Field::MovedIn,
    Field::Arrears,
    Field::Name,
    Field::Relation,
    Field::Phone,
    Field::Note,
    Field::Cabinet,
    Field::Box,
    Field::KeepUntil,
];
/// Between the telephone numbers of one person.
const BETWEEN: &str = "; ";

/// The households of the directory.
pub(super) struct Households<'a> {
    task: &'a Task<'a>,
    columns: Vec<Column>,
    after: Option<String>,
}

impl<'a> Households<'a> {
    pub(super) fn new(task: &'a Task) -> Self {
        Self { task, columns: columns(task.lang), after: None }
    }
}

fn columns(lang: Lang) -> Vec<Column> {
    let column = |field: &Field| Column {
        id: field.id().to_owned(),
        title: t(lang, &format!("exchange.field.{}", field.id()), &[]),
    };
    ROSTER.iter().map(column).collect()
}

/// The households of an exported document as the rows of a spreadsheet, the headings first; `None` where the
/// document is something else.
pub(in crate::exchange) fn rows_of(document: &Value) -> Option<Vec<Vec<String>>> {
    let households = Vec::<Household>::deserialize(document.get(ID)?).ok()?;
    // A roster is read in either language.
    let lang = Lang::En;
    let mut rows = vec![columns(lang).iter().map(Column::heading).collect()];
    for household in &households {
        let cells = Written { household, lang }.rows();
        rows.extend(cells.iter().map(|cells| cells.iter().map(Cell::plain).collect::<Vec<_>>()));
    }
    Some(rows)
}

struct Written<'a> {
    household: &'a Household,
    lang: Lang,
}

impl Written<'_> {
    fn row(&self, resident: Option<&Resident>) -> Vec<Cell> {
        let household = self.household;
        let word = |sort: &str, id: &str| t(self.lang, &format!("household.{sort}.{id}"), &[]);
        let day = |day: Option<chrono::NaiveDate>| day.map_or(Cell::Nothing, Cell::Day);
        let name = resident.map_or("", |resident| &resident.name);
        let relation = resident.map(|resident| word("relation", resident.relation.id()));
        let phones = resident.map(|resident| resident.phones.join(BETWEEN));
        vec![
            Cell::text(&household.unit),
            household.area.map_or(Cell::Nothing, |area| Cell::Number(area, 2)),
            Cell::Text(word("occupancy", household.occupancy.id())),
            day(household.moved_in),
            Cell::Number(household.arrears, 2),
            Cell::text(name),
            Cell::text(&relation.unwrap_or_default()),
            Cell::text(&phones.unwrap_or_default()),
            Cell::text(&household.note),
            Cell::text(&household.papers.cabinet),
            Cell::text(&household.papers.folder),
            day(household.papers.keep_until),
        ]
    }
}

impl Record for Written<'_> {
    fn document(&self) -> Value {
        json!(self.household)
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        match self.household.residents.as_slice() {
            [] => vec![self.row(None)],
            residents => residents.iter().map(|resident| self.row(Some(resident))).collect(),
        }
    }
}

impl Records for Households<'_> {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn count(&self, store: &Store) -> Result<u64, CounterError> {
        Ok(store.directory_counts()?.households)
    }

    fn page(
        &mut self,
        store: &Store,
        take: &mut dyn FnMut(&dyn Record) -> Result<(), CounterError>,
    ) -> Result<bool, CounterError> {
        let query = HouseholdQuery { after: self.after.take(), limit: PAGE, ..HouseholdQuery::default() };
        let page = store.households(&query)?;
        for row in page.rows {
            let mut household = row.household;
            if !self.task.unmask {
                let phones = household.residents.iter_mut().flat_map(|resident| &mut resident.phones);
                phones.for_each(|phone| *phone = mask_phone(phone));
            }
            take(&Written { household: &household, lang: self.task.lang })?;
            self.after = Some(household.unit);
        }
        Ok(page.more)
    }
}
