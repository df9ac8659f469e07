//! How long personal fields are kept.

use serde_json::json;

use super::codes::object;
use super::section::{Around, Column, Doing, Edit, Leads, Row, Section};
use crate::desk::field::{Field, FieldType, Values};
use crate::desk::retention::YEARS_RANGE;
use crate::desk::settings::Settings;
use crate::desk::why::Why;
use crate::text::lang::t;
use crate::text::say::word;
use crate::ui::screens::retention;

/// The years after which closed cases lose their personal fields.
pub struct Privacy;

const YEARS: Field = Field::required(
    "retention_years",
    FieldType::Count { min: *YEARS_RANGE.start() as i64, max: *YEARS_RANGE.end() as i64 },
);

/// The row that says whether a run is due.
const DUE: &str = "retention_due";

impl Section for Privacy {
    fn id(&self) -> String {
        "privacy".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("what", 28), ("now", 0)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let label = word(around.lang, super::section::WORDS, "field", YEARS.key);
        let years = Row::new(YEARS.key, vec![label, around.settings.retention_years.to_string()]);
        let label = word(around.lang, super::section::WORDS, "field", DUE);
        let due = match around.due {
            Some(due) => t(around.lang, "retention.due", &[("day", &due.closed.to_string())]),
            None => t(around.lang, "retention.not_due", &[]),
        };
        vec![years, Row::new(DUE, vec![label, due])]
    }

    fn can(&self, doing: Doing) -> bool {
        doing == Doing::Change
    }

    fn leads_to(&self) -> Option<Leads> {
        Some(Leads::Screen("retention.title", retention))
    }

    fn fields(&self, _: Doing, _: Option<&str>) -> Vec<Field> {
        vec![YEARS]
    }

    fn values(&self, _: &str, around: &Around) -> Values {
        object(json!({ YEARS.key: around.settings.retention_years }))
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        settings.retention_years = u32::try_from(edit.number(YEARS.key)).unwrap_or(*YEARS_RANGE.start());
        Ok(())
    }
}
