//! When copies of the book are made, where they lie and how many are kept.

use chrono::NaiveTime;
use serde_json::json;

use super::codes::object;
use super::section::{Around, Column, Doing, Edit, Leads, Row, Section};
use crate::desk::backup::BackupPlan;
use crate::desk::field::{Field, FieldType, Values};
use crate::desk::settings::Settings;
use crate::desk::why::Why;
use crate::text::say::word;
use crate::text::typed;
use crate::ui::keys::Command;

/// The schedule of the copies.
pub struct Schedule;

const PLAN: &[Field] = &[
    Field::required("copy_at", FieldType::Text),
    Field::new("copy_signed", FieldType::Flag),
    Field::new("copy_directory", FieldType::Text),
    Field::required("copy_days", FieldType::Count { min: 1, max: 366 }),
    Field::required("copy_weeks", FieldType::Count { min: 1, max: 520 }),
    Field::required("copy_months", FieldType::Count { min: 1, max: 600 }),
];

impl Section for Schedule {
    fn id(&self) -> String {
        "copies".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("what", 28), ("now", 0)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let values = self.values("", around);
        let shown = |field: &Field| {
            let value = values.get(field.key);
            let text = match value {
                Some(value) if value.is_boolean() => around.option(field.key, &value.to_string()),
                Some(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
                None => String::new(),
            };
            let text = if text.is_empty() { around.option(field.key, "beside") } else { text };
            Row::new(field.key, vec![word(around.lang, super::section::WORDS, "field", field.key), text])
        };
        let key = match around.settings.backup.key.as_str() {
            "" => around.option("copy_key", "none"),
            key => key.to_owned(),
        };
        let label = word(around.lang, super::section::WORDS, "field", "copy_key");
        PLAN.iter().map(shown).chain([Row::new("copy_key", vec![label, key])]).collect()
    }

    fn can(&self, doing: Doing) -> bool {
        doing == Doing::Change
    }

    fn leads_to(&self) -> Option<Leads> {
        Some(Leads::Command(Command::Copies))
    }

    fn fields(&self, _: Doing, _: Option<&str>) -> Vec<Field> {
        PLAN.to_vec()
    }

    fn values(&self, _: &str, around: &Around) -> Values {
        let plan = &around.settings.backup;
        object(json!({
            "copy_at": plan.at.format("%H:%M").to_string(),
            "copy_signed": plan.at_sign_off,
            "copy_directory": plan.directory,
            "copy_days": plan.days,
            "copy_weeks": plan.weeks,
            "copy_months": plan.months,
        }))
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        let at: NaiveTime =
            typed::time(&edit.text("copy_at")).map_err(|error| error.why().about("copy_at"))?;
        let count = |key: &str| u32::try_from(edit.number(key)).unwrap_or(1);
        settings.backup = BackupPlan {
            at,
            at_sign_off: edit.values.get("copy_signed").and_then(serde_json::Value::as_bool).unwrap_or(false),
            directory: edit.text("copy_directory").trim().to_owned(),
            days: count("copy_days"),
            weeks: count("copy_weeks"),
            months: count("copy_months"),
            // Another key is a verb of its own.
            key: settings.backup.key.clone(),
        };
        Ok(())
    }
}
