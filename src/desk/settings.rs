//! The settings of a community: what the office may change without a programmer.

use serde::{Deserialize, Serialize};

use super::backup::BackupPlan;
use super::calendar::{Interval, ServiceCalendar};
use super::promise::PromiseRule;
use super::retention;

/// A word in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// One code of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueItem {
    /// The code kept in cases; never reused for something else. A sub-code is `parent.child`.
    pub code: String,
    /// Its name.
    #[serde(flatten)]
    pub name: Bilingual,
    /// A retired code is shown in old cases and no longer offered.
    #[serde(default)]
    pub retired: bool,
    /// How many there are of it, where it is a thing that is lent or booked; one where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u32>,
    /// From when until when it is, where it is a part of the day (`07:00-15:00`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Interval>,
}

/// A table of codes that the office keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Its id: `repair-category`, `complaint-code`, `department`, `facility` …
    pub id: String,
    /// Its codes in the order they are offered.
    pub items: Vec<CatalogueItem>,
}

/// One line of the charge table: what chargeable work costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Code kept in quotes.
    pub code: String,
    /// What it is.
    #[serde(flatten)]
    pub name: Bilingual,
    /// Counted in (次, 个, 米).
    pub per: String,
    /// Price of one, in fen.
    pub price: i64,
    /// No longer offered.
    #[serde(default)]
    pub retired: bool,
}

/// Somebody whom work is given to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMember {
    /// Name, unique.
    pub name: String,
    /// Code of the `department` catalogue.
    pub department: String,
    /// Telephone, if known.
    #[serde(default)]
    pub phone: Option<String>,
    /// Left the company; no longer offered.
    #[serde(default)]
    pub retired: bool,
}

/// A courtesy phrase 服务规范用语 (source §四(一)2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// One of [`PHRASE_SORTS`].
    pub sort: String,
    /// What is said; `%{community}` stands for the community's name.
    #[serde(flatten)]
    pub text: Bilingual,
}

/// The sorts of courtesy phrases, in the order of the source (§四(一)2①–⑿).
pub const PHRASE_SORTS: [&str; 12] = [
    "greeting",
    "welcome",
    "congratulation",
    "farewell",
    "apology",
    "thanks",
    "response",
    "enquiry",
    "request",
    "consultation",
    "explanation",
    "basic",
];

/// A rule of etiquette at the desk (source §三(三)3, §四(一)1, §四(二)1–2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Etiquette {
    /// One of [`ETIQUETTE_TOPICS`].
    pub topic: String,
    /// The rule; `%{community}` stands for the community's name.
    #[serde(flatten)]
    pub text: Bilingual,
}

/// What etiquette is about, in the order in which it is shown.
pub const ETIQUETTE_TOPICS: [&str; 6] = ["telephone", "visit", "enquiry", "letter", "appearance", "conduct"];

/// Everything the office may change. Every change is recorded with who and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Name of the community 小区, as said on the telephone.
    pub community: String,
    /// The company's name, as it stands on printed forms.
    #[serde(default)]
    pub company: String,
    /// The service telephone number shown on forms.
    #[serde(default)]
    pub telephone: String,
    /// Service hours, holidays, make-up days and the time zone.
    pub calendar: ServiceCalendar,
    /// How long the counter gives itself.
    pub promises: Vec<PromiseRule>,
    /// Tables of codes.
    pub catalogues: Vec<Catalogue>,
    /// The charge table.
    pub charges: Vec<Charge>,
    /// The staff.
    pub staff: Vec<StaffMember>,
    /// Courtesy phrases.
    pub phrases: Vec<Phrase>,
    /// Etiquette of the desk.
    #[serde(default)]
    pub etiquette: Vec<Etiquette>,
    /// Minutes before a due instant from which it counts as "due soon".
    pub soon_minutes: u32,
    /// When copies of the book are made, where they lie and how many are kept.
    #[serde(default)]
    pub backup: BackupPlan,
    /// Minutes without a key after which the screen is locked; 0 for never.
    #[serde(default = "lock_minutes")]
    pub lock_minutes: u32,
    /// Years after which a closed case may lose its personal fields.
    #[serde(default = "retention_years")]
    pub retention_years: u32,
}

/// How long personal fields are kept where the office says nothing.
const fn retention_years() -> u32 {
    retention::YEARS
}

/// After how long a screen is locked where the office says nothing.
const fn lock_minutes() -> u32 {
    10
}

impl Settings {
    /// Adds what a newer program brought along and these settings have nothing of yet: whole
    /// catalogues, and the rules of stages without any. What the office made of the rest stays.
    pub fn complete(&mut self, newer: &Self) {
        for catalogue in &newer.catalogues {
            if self.catalogue(&catalogue.id).is_none() {
                self.catalogues.push(catalogue.clone());
            }
        }
        let known: Vec<String> = self.promises.iter().map(|rule| rule.stage.clone()).collect();
        self.promises.extend(newer.promises.iter().filter(|rule| !known.contains(&rule.stage)).cloned());
    }

    /// The catalogue of that id.
    #[must_use]
    pub fn catalogue(&self, id: &str) -> Option<&Catalogue> {
        self.catalogues.iter().find(|catalogue| catalogue.id == id)
    }

    /// The name of a code, retired ones included; the charge table is a catalogue too ([`CHARGES`]).
    #[must_use]
    pub fn code_name(&self, id: &str, code: &str) -> Option<&Bilingual> {
        if id == CHARGES {
            return self.charge(code).map(|charge| &charge.name);
        }
        self.item(id, code).map(|item| &item.name)
    }

    /// How many there are of a code's thing; none of an unknown code's.
    #[must_use]
    pub fn stock(&self, id: &str, code: &str) -> u32 {
        self.item(id, code).map_or(0, |item| item.stock.unwrap_or(1))
    }

    /// The hours of a code that is a part of the day.
    #[must_use]
    pub fn hours(&self, id: &str, code: &str) -> Option<Interval> {
        self.item(id, code)?.hours
    }

    fn item(&self, id: &str, code: &str) -> Option<&CatalogueItem> {
        self.catalogue(id)?.items.iter().find(|item| item.code == code)
    }

    /// The codes of a catalogue that are still offered, with their names.
    #[must_use]
    pub fn offered(&self, id: &str) -> Vec<(&str, &Bilingual)> {
        if id == CHARGES {
            return self.charges.iter().filter(|c| !c.retired).map(|c| (c.code.as_str(), &c.name)).collect();
        }
        let items = self.catalogue(id).map_or(&[][..], |catalogue| &catalogue.items);
        items.iter().filter(|item| !item.retired).map(|item| (item.code.as_str(), &item.name)).collect()
    }

    /// What is said on such an occasion, the community's name put in: the phrase that names the
    /// community before one that does not. `None` where the office keeps no phrase of that sort.
    #[must_use]
    pub fn phrase(&self, sort: &str) -> Option<Bilingual> {
        let mut phrases = self.phrases.iter().filter(|phrase| phrase.sort == sort);
        let named = phrases.clone().find(|phrase| phrase.text.zh.contains(COMMUNITY));
        named.or_else(|| phrases.next()).map(|phrase| self.spoken(&phrase.text))
    }

    /// A text of the office with the community's name put in.
    #[must_use]
    pub fn spoken(&self, text: &Bilingual) -> Bilingual {
        let put = |text: &str| text.replace(COMMUNITY, &self.community);
        Bilingual { zh: put(&text.zh), en: put(&text.en) }
    }

    /// The member of staff of that name.
    #[must_use]
    pub fn staff_member(&self, name: &str) -> Option<&StaffMember> {
        self.staff.iter().find(|member| member.name == name)
    }

    /// The line of the charge table under that code.
    #[must_use]
    pub fn charge(&self, code: &str) -> Option<&Charge> {
        self.charges.iter().find(|charge| charge.code == code)
    }
}

/// Stands for the community's name in phrases and rules of etiquette.
const COMMUNITY: &str = "%{community}";

/// The id under which the charge table is offered beside the catalogues.
pub const CHARGES: &str = "charge";
