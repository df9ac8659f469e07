//! The file of a household 一户一档, printed.

use serde_json::{Value, json};

use super::{Clerk, area};
use crate::counter::household_file::{self, Cover, Leaf};
use crate::text::say::money;
use crate::text::show::mask_phone;

/// The name of its template.
pub const TEMPLATE: &str = "household";

impl Clerk<'_> {
    /// The data of the file of a household.
    #[must_use]
    pub fn of_household(&self, cover: &Cover, leaves: &[Leaf]) -> Value {
        let household = &cover.household;
        let mut sheet = self.sheet(&self.t("paper.form.household", &[]));
        let residents = household.residents.iter().map(|resident| {
            let relation = self.t(&format!("household.relation.{}", resident.relation.id()), &[]);
            let phones: Vec<String> = resident.phones.iter().map(|phone| mask_phone(phone)).collect();
            json!([resident.name, relation, phones.join("  ")])
        });
        let owed = cover.owed.iter().map(|owed| json!([owed.item, owed.period, money(owed.amount)]));
        let entries =
            leaves.iter().cloned().map(Leaf::for_paper).map(|leaf| {
                json!([self.stamp(leaf.at), leaf.by, leaf.title(self.lang), leaf.text(self.lang)])
            });
        let label = |key: &str| self.t(&format!("household.field.{key}"), &[]);
        let facts = [
            (label("unit"), household.unit.clone()),
            (label("occupancy"), self.t(&format!("household.occupancy.{}", household.occupancy.id()), &[])),
            (label("area"), household.area.map(area).unwrap_or_default()),
            (label("moved-in"), household.moved_in.map(|day| day.to_string()).unwrap_or_default()),
            (label("cabinet"), household.papers.cabinet.clone()),
            (label("box"), household.papers.folder.clone()),
            (label("keep-until"), household.papers.keep_until.map(|day| day.to_string()).unwrap_or_default()),
            (label("arrears"), money(household.arrears)),
        ];
        let facts = facts.map(|(label, value)| json!({ "label": label, "value": value }));
        let papers = household_file::papers(&household.papers, self.lang);
        sheet.insert("number".into(), household.unit.clone().into());
        sheet.insert("facts".into(), facts.to_vec().into());
        sheet.insert("papers".into(), papers.into());
        sheet.insert("residents".into(), residents.collect());
        sheet.insert("owed".into(), owed.collect());
        sheet.insert("entries".into(), entries.collect());
        sheet.into()
    }
}
