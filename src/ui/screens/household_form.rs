//! Changing a household by hand, or adding one: its facts and its residents.

use chrono::NaiveDate;
use crossterm::event::Event;
use ratatui::Frame;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::aside::{Aside, DraftOf, Left};
use super::form_screen::FromStore;
use super::vouch::{After, Vouch};
use crate::counter::authority::Voucher;
use crate::counter::directory;
use crate::counter::{CounterError, Session};
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::household::{Household, Occupancy, Papers, Relation, Resident};
use crate::desk::kind::Kind;
use crate::desk::why::Why;
use crate::exchange;
use crate::store::drafts::Draft;
use crate::text::lang::t;
use crate::ui::cx::{Cx, Hint, Message, Screen, Tone};
use crate::ui::form::{Form, FormDraft, FormEvent};
use crate::ui::keys::Command;
use crate::ui::look::Look;
use crate::ui::parts;

/// What drafts of this form have in the place of a kind.
pub const DRAFT: &str = HOUSEHOLD.id;

/// The columns of a resident.
const RESIDENT: &[Field] = &[
    Field::required("name", FieldType::Text),
    Field::required("relation", FieldType::Choice(&["owner", "tenant", "family"]))
        .preset(Preset::Text("owner")),
    Field::new("phones", FieldType::Text),
];

const UNIT: Field = Field::required("unit", FieldType::Text);

/// What is known of a household beside its unit.
const FACTS: [Field; 9] = [
    Field::required("occupancy", FieldType::Choice(&["vacant", "moved-in", "renovating", "moved-out"])),
    Field::new("area", FieldType::Reading),
    Field::new("moved-in", FieldType::Day),
    Field::new("arrears", FieldType::Money),
    Field::new("note", FieldType::LongText),
    Field::new("residents", FieldType::Lines(RESIDENT)),
    Field::new("cabinet", FieldType::Text),
    Field::new("box", FieldType::Text),
    Field::new("keep-until", FieldType::Day),
];

const WITH_UNIT: &[Field] =
    &[UNIT, FACTS[0], FACTS[1], FACTS[2], FACTS[3], FACTS[4], FACTS[5], FACTS[6], FACTS[7], FACTS[8]];

/// Gives the form its words. A household is no case: this stands in no list of kinds.
static HOUSEHOLD: Kind = Kind { id: "household", ..Kind::BASE };

/// What a draft keeps.
#[derive(Serialize, Deserialize)]
struct Kept {
    before: Option<Household>,
    form: FormDraft,
}

/// The form of a household.
pub struct HouseholdForm {
    /// The household as the person saw it; `None` for a new one.
    before: Option<Household>,
    form: Form,
    aside: Aside,
}

fn values_of(household: &Household) -> Values {
    let residents: Vec<Value> = household
        .residents
        .iter()
        .map(|resident| {
            json!({
                "name": resident.name,
                "relation": resident.relation.id(),
                "phones": resident.phones.join(" / "),
            })
        })
        .collect();
    let mut values = Values::new();
    values.insert("occupancy".into(), household.occupancy.id().into());
    // Areas are kept in hundredths, quantities in fields in thousandths.
    values.insert("area".into(), household.area.map(|area| area * 10).into());
    values.insert("moved-in".into(), household.moved_in.map(|day| day.to_string()).into());
    // Nothing owed is an empty field, into which an amount is typed at once.
    values.insert("arrears".into(), Some(household.arrears).filter(|owed| *owed != 0).into());
    values.insert("note".into(), household.note.clone().into());
    let papers = &household.papers;
    values.insert("cabinet".into(), papers.cabinet.clone().into());
    values.insert("box".into(), papers.folder.clone().into());
    values.insert("keep-until".into(), papers.keep_until.map(|day| day.to_string()).into());
    values.insert("residents".into(), residents.into());
    values
}

/// The household that the form describes.
fn household_of(unit: String, values: &Values) -> Result<Household, Why> {
    let text = |key: &str| values.get(key).and_then(Value::as_str).unwrap_or_default();
    let lines = values.get("residents").and_then(Value::as_array);
    Ok(Household {
        unit,
        area: values.get("area").and_then(Value::as_i64).map(|area| (area + 5) / 10),
        occupancy: Occupancy::from_id(text("occupancy")).unwrap_or_default(),
        moved_in: text("moved-in").parse::<NaiveDate>().ok(),
        arrears: values.get("arrears").and_then(Value::as_i64).unwrap_or_default(),
        note: text("note").to_owned(),
        papers: Papers {
            cabinet: text("cabinet").to_owned(),
            folder: text("box").to_owned(),
            keep_until: text("keep-until").parse::<NaiveDate>().ok(),
        },
        residents: lines.into_iter().flatten().map(resident).collect::<Result<_, _>>()?,
    })
}

fn resident(line: &Value) -> Result<Resident, Why> {
    let text = |key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default();
    Ok(Resident {
        name: text("name").to_owned(),
        relation: Relation::from_id(text("relation")).unwrap_or_default(),
        phones: exchange::phones(text("phones"))
            .map_err(|_| Why::new("desk.why.not_phone").about("phone"))?,
    })
}

impl HouseholdForm {
    /// The form of a household that is there, or of a new one.
    pub fn new(before: Option<Household>, cx: &mut Cx) -> Self {
        let (fields, values): (&[Field], Values) = match &before {
            Some(household) => (&FACTS, values_of(household)),
            None => (WITH_UNIT, Values::from_iter([("occupancy".to_owned(), "vacant".into())])),
        };
        let sources = FromStore(cx.store);
        let mut form = Form::action(&HOUSEHOLD, fields, values, &cx.context(None), &cx.look(), &sources);
        form.focus_first();
        Self { before, form, aside: Aside::new(cx.now) }
    }

    /// Takes a draft up again.
    pub fn resume(draft: &Draft, cx: &mut Cx) -> Option<Self> {
        let kept: Kept = serde_json::from_value(draft.body.clone()).ok()?;
        let mut screen = Self::new(kept.before, cx);
        screen.form.restore(&kept.form, &cx.context(None), &cx.look(), &FromStore(cx.store));
        screen.aside.resume(draft);
        Some(screen)
    }

    fn title(&self, look: &Look) -> String {
        match &self.before {
            Some(household) => t(look.lang, "household.form.change", &[("unit", &household.unit)]),
            None => t(look.lang, "household.form.add", &[]),
        }
    }

    fn write_draft(&mut self, parked: bool, cx: &mut Cx) -> bool {
        let kept = Kept { before: self.before.clone(), form: self.form.draft() };
        let Ok(body) = serde_json::to_value(&kept) else { return false };
        let of = DraftOf { kind: DRAFT.to_owned(), subject: None, title: self.title(&cx.look()), body };
        self.aside.write(of, parked, cx)
    }

    fn save(&mut self, session: &Session, cx: &mut Cx) {
        let Some(filled) = self.form.fill(&cx.look()) else {
            self.aside.problem = Some(t(cx.lang, "ui.form.mend_first", &[]));
            return;
        };
        self.aside.problem = None;
        let unit = match &self.before {
            Some(household) => household.unit.clone(),
            None => filled.values.get("unit").and_then(Value::as_str).unwrap_or_default().to_owned(),
        };
        let saved = household_of(unit, &filled.values).map_err(CounterError::from).and_then(|after| {
            directory::save_household(cx.store, session, cx.now, self.before.as_ref(), &after)
        });
        match saved {
            Ok(household) => {
                self.aside.drop_draft(cx);
                cx.send(Message::Close);
                cx.send(Message::Changed);
                if self.before.is_none() {
                    cx.send(Message::ShowHousehold(household.unit.clone()));
                }
                cx.toast(Tone::Good, t(cx.lang, "household.form.saved", &[("unit", &household.unit)]));
            }
            Err(CounterError::Refused(mut why)) => {
                // A name or telephone is in the table of residents.
                if matches!(why.field.as_deref(), Some("name" | "phone")) {
                    why.field = Some("residents".to_owned());
                }
                self.form.refuse(&why, &cx.look());
                self.aside.problem = Some(cx.say(&why));
                let unit = self.before.as_ref().map_or("", |household| household.unit.as_str());
                if let Some(ask) = Vouch::lifting(&why, directory::saving(unit), After::Again, cx) {
                    cx.send(Message::Push(Box::new(ask)));
                }
            }
            Err(error) => cx.fail(&error),
        }
    }

    fn throw_away(&mut self, cx: &mut Cx) {
        self.aside.drop_draft(cx);
        cx.send(Message::Close);
    }

    fn put_aside(&mut self, cx: &mut Cx) {
        if self.park(cx) {
            Aside::say_parked(cx);
        }
    }
}

impl Screen for HouseholdForm {
    fn refresh(&mut self, cx: &mut Cx) {
        self.form.speak(&cx.look(), &FromStore(cx.store));
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = self.title(look);
        let inner = parts::framed(frame, area, look, &title, None, true);
        self.aside.draw(&mut self.form, frame, inner, look);
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        if self.aside.asks_to_leave {
            match self.aside.answer_leave(event, cx) {
                Left::Parked => self.put_aside(cx),
                Left::ThrownAway => self.throw_away(cx),
                Left::Stays => {}
            }
            return true;
        }
        match self.form.event(event, &cx.context(None), &cx.look(), &FromStore(cx.store)) {
            FormEvent::Ignored => return false,
            FormEvent::Taken => {}
            FormEvent::Changed | FormEvent::Household(_) => self.aside.unsaved = true,
            FormEvent::Submit => self.save(&cx.session.clone(), cx),
            FormEvent::Park => self.put_aside(cx),
            FormEvent::Leave if self.form.is_changed() => self.aside.asks_to_leave = true,
            FormEvent::Leave => self.throw_away(cx),
        }
        true
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        let hint = |key: String, words: &str| Hint { key, does: t(look.lang, words, &[]) };
        let label = |command| look.keymap.label(command);
        if self.aside.asks_to_leave {
            return Aside::leave_hints(look);
        }
        let mut hints = vec![hint(label(Command::Save), "ui.key.save")];
        if self.form.focused() == Some("residents") {
            hints.push(hint(label(Command::AddLine), "household.key.add_resident"));
            hints.push(hint(label(Command::DeleteLine), "household.key.remove_resident"));
        }
        hints.push(hint(label(Command::Park), "ui.key.park"));
        hints.push(hint("Tab".into(), "ui.key.next_field"));
        hints.push(hint("Esc".into(), "ui.key.back"));
        hints
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn help_topic(&self) -> &'static str {
        "households"
    }

    fn park(&mut self, cx: &mut Cx) -> bool {
        !self.aside.has_to_be_kept(&self.form) || self.write_draft(true, cx)
    }

    fn save_draft(&mut self, cx: &mut Cx) {
        if self.aside.unsaved {
            self.write_draft(false, cx);
        }
    }

    fn vouched(&mut self, word: Voucher, cx: &mut Cx) {
        self.save(&cx.session.with(word), cx);
    }

    fn draft_waits(&self) -> bool {
        self.aside.unsaved
    }
}
