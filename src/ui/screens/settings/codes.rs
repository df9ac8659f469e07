//! Tables of codes: the catalogues, the charge table, the staff.

use serde_json::json;

use super::place;
use super::section::{Around, Column, Doing, Edit, Row, Section, gone, put};
use crate::desk::calendar::Interval;
use crate::desk::field::{Field, FieldType, Values};
use crate::desk::kinds::shift::SHIFTS;
use crate::desk::settings::{Bilingual, CatalogueItem, Charge, Settings, StaffMember};
use crate::desk::why::Why;
use crate::text::lang::{Lang, t, try_t};
use crate::text::plain::plain;
use crate::text::show::show_money;
use crate::ui::parts::options::Choice;

const CODE: Field = Field::required("code", FieldType::Text);
const PARENT: Field = Field::new("parent", FieldType::Text);
const ZH: Field = Field::required("zh", FieldType::Text);
const EN: Field = Field::required("en", FieldType::Text);
const STOCK: Field = Field::new("stock", FieldType::Count { min: 0, max: 100_000 });
const HOURS: Field = Field::required("hours", FieldType::Text);
const PER: Field = Field::required("per", FieldType::Text);
const PRICE: Field = Field::required("price", FieldType::Money);
const NAME: Field = Field::required("name", FieldType::Text);
const DEPARTMENT: Field = Field::required("department", FieldType::Catalogue("department"));
const PHONE: Field = Field::new("phone", FieldType::Phone);

fn names(edit: &Edit) -> Bilingual {
    Bilingual { zh: edit.text("zh"), en: edit.text("en") }
}

/// How many there are of a thing that is lent or booked.
fn stock(edit: &Edit) -> Option<u32> {
    edit.values.get("stock")?.as_u64().and_then(|count| u32::try_from(count).ok())
}

/// From when until when a part of the day is.
fn hours(edit: &Edit) -> Result<Option<Interval>, Why> {
    let Some(text) = edit.given("hours") else { return Ok(None) };
    match place::intervals(&text)?.as_slice() {
        [hours] => Ok(Some(*hours)),
        _ => Err(Why::new("settings.why.one_stretch").about("hours")),
    }
}

/// A code as it is kept: plain letters, no blanks.
fn code(text: &str) -> String {
    plain(text.trim()).to_lowercase().replace(' ', "-")
}

/// The mark of a row that is no longer offered.
fn retired(flag: bool, lang: Lang) -> String {
    if flag { t(lang, "settings.retired", &[]) } else { String::new() }
}

/// One catalogue.
pub struct Codes(pub String);

impl Codes {
    /// Whether its codes have two levels, a sub-code being `parent.child`.
    fn has_levels(&self) -> bool {
        self.0 == "complaint-code"
    }

    /// What is asked beside its names: the hours of a part of the day, how many there are of a thing.
    fn beside(&self) -> Option<Field> {
        match self.0.as_str() {
            SHIFTS => Some(HOURS),
            _ if self.has_levels() => None,
            _ => Some(STOCK),
        }
    }
}

impl Section for Codes {
    fn id(&self) -> String {
        format!("catalogue.{}", self.0)
    }

    fn title(&self, lang: Lang) -> String {
        try_t(lang, &format!("settings.catalogue.{}", self.0), &[]).unwrap_or_else(|| self.0.clone())
    }

    fn columns(&self) -> &'static [Column] {
        &[("code", 22), ("zh", 0), ("en", 0), ("retired", 8)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let items = around.settings.catalogue(&self.0).map_or(&[][..], |catalogue| &catalogue.items);
        items
            .iter()
            .map(|item| {
                // A sub-code stands below its parent.
                let shown = match item.code.split_once('.') {
                    Some((_, child)) => format!("  {child}"),
                    None => item.code.clone(),
                };
                let cells = vec![
                    shown,
                    item.name.zh.clone(),
                    item.name.en.clone(),
                    retired(item.retired, around.lang),
                ];
                Row { retired: item.retired, ..Row::new(&item.code, cells) }
            })
            .collect()
    }

    fn can(&self, doing: Doing) -> bool {
        !matches!(doing, Doing::Pin | Doing::Code)
    }

    fn fields(&self, doing: Doing, _: Option<&str>) -> Vec<Field> {
        match doing {
            Doing::Add if self.has_levels() => vec![PARENT, CODE, ZH, EN],
            Doing::Add => [CODE, ZH, EN].into_iter().chain(self.beside()).collect(),
            // The code stays: cases keep it.
            _ => [ZH, EN].into_iter().chain(self.beside()).collect(),
        }
    }

    fn values(&self, row: &str, around: &Around) -> Values {
        let items = around.settings.catalogue(&self.0).map_or(&[][..], |catalogue| &catalogue.items);
        let item = items.iter().find(|item| item.code == row);
        let Some(item) = item else { return Values::new() };
        let mut values = object(json!({ "zh": item.name.zh, "en": item.name.en }));
        match self.beside().map(|field| field.key) {
            Some("hours") => drop(values.insert("hours".into(), json!(item.hours))),
            Some(key) => drop(values.insert(key.into(), json!(item.stock))),
            None => {}
        }
        values
    }

    fn choices(&self, key: &str, around: &Around) -> Option<Vec<Choice>> {
        (key == "parent").then(|| {
            let offered = around.settings.offered(&self.0).into_iter();
            offered
                .filter(|(code, _)| !code.contains('.'))
                .map(|(code, name)| Choice {
                    id: code.to_owned(),
                    word: around.lang.of(name).to_owned(),
                    beside: code.to_owned(),
                })
                .collect()
        })
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        let catalogue = settings.catalogues.iter_mut().find(|other| other.id == self.0).ok_or_else(gone)?;
        let own = code(&edit.text("code"));
        let full = edit.given("parent").map_or_else(|| own.clone(), |parent| format!("{parent}.{own}"));
        let (stock, hours) = (stock(edit), hours(edit)?);
        let change = |item: Option<&CatalogueItem>| match item {
            Some(item) if edit.doing == Doing::Retire => {
                CatalogueItem { retired: !item.retired, ..item.clone() }
            }
            Some(item) => CatalogueItem { name: names(edit), stock, hours, ..item.clone() },
            None => CatalogueItem { code: full.clone(), name: names(edit), retired: false, stock, hours },
        };
        let is_fellow = |item: &CatalogueItem, new: &CatalogueItem| match new.code.split_once('.') {
            Some((parent, _)) => item.code.split('.').next() == Some(parent),
            None => true,
        };
        put(&mut catalogue.items, edit, |item| item.code.clone(), change, is_fellow)
    }
}

/// The charge table.
pub struct Charges;

impl Section for Charges {
    fn id(&self) -> String {
        "charges".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("code", 16), ("zh", 0), ("en", 0), ("per", 8), ("price", 9), ("retired", 6)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let charges = around.settings.charges.iter();
        charges
            .map(|charge| {
                let cells = vec![
                    charge.code.clone(),
                    charge.name.zh.clone(),
                    charge.name.en.clone(),
                    charge.per.clone(),
                    show_money(charge.price),
                    retired(charge.retired, around.lang),
                ];
                Row { retired: charge.retired, ..Row::new(&charge.code, cells) }
            })
            .collect()
    }

    fn can(&self, doing: Doing) -> bool {
        !matches!(doing, Doing::Pin | Doing::Code)
    }

    fn fields(&self, doing: Doing, _: Option<&str>) -> Vec<Field> {
        match doing {
            Doing::Add => vec![CODE, ZH, EN, PER, PRICE],
            _ => vec![ZH, EN, PER, PRICE],
        }
    }

    fn values(&self, row: &str, around: &Around) -> Values {
        let charge = around.settings.charge(row);
        charge
            .map(|c| object(json!({ "zh": c.name.zh, "en": c.name.en, "per": c.per, "price": c.price })))
            .unwrap_or_default()
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        let change = |charge: Option<&Charge>| match charge {
            Some(charge) if edit.doing == Doing::Retire => {
                Charge { retired: !charge.retired, ..charge.clone() }
            }
            known => Charge {
                code: known.map_or_else(|| code(&edit.text("code")), |charge| charge.code.clone()),
                name: names(edit),
                per: edit.text("per"),
                price: edit.number("price"),
                retired: known.is_some_and(|charge| charge.retired),
            },
        };
        put(&mut settings.charges, edit, |charge| charge.code.clone(), change, |_, _| true)
    }
}

/// The staff whom work is given to.
pub struct Staff;

impl Section for Staff {
    fn id(&self) -> String {
        "staff".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("name", 0), ("department", 0), ("phone", 18), ("retired", 8)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let staff = around.settings.staff.iter();
        staff
            .map(|member| {
                let department = around.settings.code_name("department", &member.department);
                let cells = vec![
                    member.name.clone(),
                    department
                        .map_or_else(|| member.department.clone(), |name| around.lang.of(name).to_owned()),
                    member.phone.clone().unwrap_or_default(),
                    retired(member.retired, around.lang),
                ];
                Row { retired: member.retired, ..Row::new(&member.name, cells) }
            })
            .collect()
    }

    fn can(&self, doing: Doing) -> bool {
        !matches!(doing, Doing::Pin | Doing::Code)
    }

    fn fields(&self, _: Doing, _: Option<&str>) -> Vec<Field> {
        vec![NAME, DEPARTMENT, PHONE]
    }

    fn values(&self, row: &str, around: &Around) -> Values {
        let member = around.settings.staff_member(row);
        member
            .map(|m| object(json!({ "name": m.name, "department": m.department, "phone": m.phone })))
            .unwrap_or_default()
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        let change = |member: Option<&StaffMember>| match member {
            Some(member) if edit.doing == Doing::Retire => {
                StaffMember { retired: !member.retired, ..member.clone() }
            }
            known => StaffMember {
                name: edit.text("name"),
                department: edit.text("department"),
                phone: edit.given("phone"),
                retired: known.is_some_and(|member| member.retired),
            },
        };
        put(&mut settings.staff, edit, |member| member.name.clone(), change, |_, _| true)
    }
}

/// The values of a JSON object.
pub fn object(value: serde_json::Value) -> Values {
    match value {
        serde_json::Value::Object(values) => values,
        _ => Values::new(),
    }
}
