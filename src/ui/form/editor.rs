//! The editor of one field: what fits its type.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use serde_json::Value;

use super::lines::LineItems;
use crate::desk::field::{self, Field, FieldType, LONG_TEXT_MAX, TEXT_MAX, Values};
use crate::desk::household::Resident;
use crate::desk::people::Operator;
use crate::desk::why::{Arg, Why};
use crate::store::find::HouseholdHit;
use crate::text::lang::{Lang, t};
use crate::text::plain::harmless;
use crate::text::say::{kind_name, word};
use crate::text::show::{show_money, show_when};
use crate::text::shown::{Reader, reading};
use crate::text::value::{Typing, typed_value};
use crate::ui::look::Look;
use crate::ui::parts::household::{Found, HouseholdBox};
use crate::ui::parts::options::{Choice, Chosen, Options};
use crate::ui::parts::scores::{Scored, Scores};
use crate::ui::parts::text::TextEdit;
use crate::ui::theme::Role;

/// Rows of a long text before it scrolls.
const LONG_ROWS: u16 = 4;

/// Where editors get outside data from; the application reads it from the book.
pub trait Sources {
    /// Households found by unit, telephone, name or pinyin, the best first.
    fn households(&self, query: &str) -> Vec<HouseholdHit>;
    /// The residents of a unit.
    fn residents(&self, unit: &str) -> Vec<Resident>;
    /// Everybody who can log in.
    fn operators(&self) -> Vec<Operator>;
    /// The ids of the kinds there are.
    fn kinds(&self) -> Vec<&'static str>;
    /// Open cases of a kind as they are chosen, those used most first, then the newest.
    fn open_cases(&self, kind: &str) -> Vec<Choice>;
    /// Which case is meant where a field asks for an open one and there is only one.
    fn only_cases(&self, _fields: &[Field]) -> Values {
        Values::new()
    }
    /// What a field offers that only its form knows; `None` where its type says it.
    fn choices(&self, _key: &str) -> Option<Vec<Choice>> {
        None
    }
}

/// What an event did to an editor.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Took {
    /// Not for the editor.
    Ignored,
    /// Taken.
    Taken,
    /// What is typed changed.
    Changed,
    /// Changed, and the next field is meant.
    Next,
    /// A household was chosen.
    Household(Box<HouseholdHit>),
}

#[allow(clippy::large_enum_variant)] // a form has a dozen of them
enum Widget {
    Text(TextEdit),
    Options(Options),
    Household(HouseholdBox),
    Scores(Scores),
    Lines(LineItems),
    /// Steps are done by actions of their own.
    Steps(Vec<String>),
}

/// The editor of one field.
pub(super) struct Editor {
    field: Field,
    kind: &'static str,
    widget: Widget,
    /// The value it began with, kept to the second while nobody types.
    original: Value,
    touched: bool,
    problem: Option<String>,
}

impl Editor {
    pub(super) fn new(
        field: Field,
        kind: &'static str,
        value: &Value,
        look: &Look,
        sources: &dyn Sources,
    ) -> Self {
        let widget = match field.ty {
            FieldType::LongText => Widget::Text(TextEdit::new(true, LONG_TEXT_MAX)),
            FieldType::Unit => Widget::Household(HouseholdBox::new()),
            FieldType::Lines(columns) => Widget::Lines(LineItems::new(columns, kind, look, sources)),
            FieldType::Scores(catalogue) => Widget::Scores(Scores::new(scored(catalogue, look))),
            FieldType::Checklist(steps) => Widget::Steps(step_words(steps, kind, look)),
            _ => match choices(&field, kind, look, sources) {
                Some((choices, free)) => Widget::Options(Options::new(choices, free)),
                None => Widget::Text(TextEdit::new(false, TEXT_MAX)),
            },
        };
        let mut editor = Self { field, kind, widget, original: value.clone(), touched: false, problem: None };
        editor.put(value, look);
        editor
    }

    /// The editor of a choice that is no field.
    pub(super) fn choice(field: Field, kind: &'static str, options: Options) -> Self {
        Self {
            field,
            kind,
            widget: Widget::Options(options),
            original: Value::Null,
            touched: false,
            problem: None,
        }
    }

    /// Says what it offers in the language of the look; what is chosen or typed stays.
    pub(super) fn speak(&mut self, look: &Look, sources: &dyn Sources) {
        match (&mut self.widget, self.field.ty) {
            (Widget::Options(options), _) => {
                if let Some((choices, _)) = choices(&self.field, self.kind, look, sources) {
                    options.offer(choices);
                }
            }
            (Widget::Lines(lines), _) => lines.speak(look, sources),
            (Widget::Scores(scores), FieldType::Scores(catalogue)) => scores.rename(scored(catalogue, look)),
            (Widget::Steps(words), FieldType::Checklist(steps)) => {
                *words = step_words(steps, self.kind, look);
            }
            _ => {}
        }
    }

    /// Replaces what can be chosen; what is chosen stays, if it is still there.
    pub(super) fn offer(&mut self, choices: Vec<Choice>) {
        if let Widget::Options(options) = &mut self.widget {
            options.offer(choices);
        }
    }

    pub(super) const fn field(&self) -> &Field {
        &self.field
    }

    pub(super) const fn is_touched(&self) -> bool {
        self.touched
    }

    pub(super) fn takes_focus(&self) -> bool {
        !matches!(self.widget, Widget::Steps(_))
    }

    /// Puts a value into the widget in the form in which people type it.
    fn put(&mut self, value: &Value, look: &Look) {
        let tz = look.settings.calendar.tz();
        let text = match (self.field.ty, value) {
            (_, Value::Null) => String::new(),
            (FieldType::Money, value) => value.as_i64().map(show_money).unwrap_or_default(),
            (FieldType::Reading, value) => value.as_i64().map(reading).unwrap_or_default(),
            (FieldType::Instant, value) => field::as_instant(value)
                .map(|at| at.with_timezone(&tz).format("%Y-%m-%d %H:%M").to_string())
                .unwrap_or_default(),
            (_, Value::String(text)) => text.clone(),
            (_, Value::Bool(flag)) => flag.to_string(),
            (_, other) => other.to_string(),
        };
        match &mut self.widget {
            Widget::Text(edit) => edit.set(&text),
            Widget::Options(options) => options.set((!text.is_empty()).then_some(text.as_str())),
            Widget::Household(household) => household.set(&text),
            Widget::Scores(scores) => scores.set(value),
            Widget::Lines(lines) => lines.put(value, look),
            Widget::Steps(_) => {}
        }
    }

    /// Fills in what follows from another field; it still counts as not typed.
    pub(super) fn fill(&mut self, text: &str, look: &Look) {
        let value = Value::String(text.to_owned());
        self.original = value.clone();
        self.put(&value, look);
    }

    /// Fills in a value that follows from another field.
    pub(super) fn fill_value(&mut self, value: &Value, look: &Look) {
        self.original = value.clone();
        self.put(value, look);
    }

    /// The label of the field, by the words of its kind.
    pub(super) fn label(&self, lang: Lang, word: fn(Lang, &str, &str, &str) -> String) -> String {
        word(lang, self.kind, "field", self.field.key)
    }

    /// Chooses an option by id.
    pub(super) fn choose(&mut self, id: &str) {
        if let Widget::Options(options) = &mut self.widget {
            options.set(Some(id));
        }
    }

    /// The option chosen.
    pub(super) fn option(&self) -> Option<String> {
        match &self.widget {
            Widget::Options(options) => options.value(),
            _ => None,
        }
    }

    /// Whether anything stands in it.
    pub(super) fn has_text(&self) -> bool {
        match &self.widget {
            Widget::Text(edit) => !edit.is_empty(),
            Widget::Options(options) => options.value().is_some_and(|value| !value.is_empty()),
            Widget::Household(household) => !household.text().is_empty(),
            Widget::Scores(scores) => !scores.value().is_null(),
            Widget::Lines(lines) => !lines.is_empty(),
            Widget::Steps(_) => true,
        }
    }

    /// What stands in it, in few words.
    pub(super) fn shown(&self) -> String {
        match &self.widget {
            Widget::Text(edit) => edit.text().lines().next().unwrap_or_default().to_owned(),
            Widget::Household(household) => household.text(),
            _ => String::new(),
        }
    }

    /// The value of what was typed.
    pub(super) fn value(&self, typing: &Typing) -> Result<Value, Why> {
        if !self.touched && !matches!(self.widget, Widget::Options(_)) {
            return Ok(self.original.clone());
        }
        let typing = Typing { kind: self.kind, ..*typing };
        match &self.widget {
            Widget::Text(edit) => typed_value(&self.field, &edit.text(), &typing),
            // A text that is chosen and not typed has no type that would refuse another one.
            Widget::Options(options) if self.field.ty == FieldType::Text && options.is_none_of_them() => {
                let typed = harmless(&options.value().unwrap_or_default()).into_owned();
                Err(Why::new("desk.why.not_offered").with("value", Arg::Text(typed)).about(self.field.key))
            }
            Widget::Options(options) => {
                typed_value(&self.field, &options.value().unwrap_or_default(), &typing)
            }
            Widget::Household(household) => typed_value(&self.field, &household.text(), &typing),
            Widget::Scores(scores) => self.field.check(&scores.value(), typing.settings),
            Widget::Lines(lines) => lines.value(&typing).map_err(|why| why.about(self.field.key)),
            Widget::Steps(_) => Ok(self.original.clone()),
        }
    }

    /// What was typed, character by character.
    pub(super) fn raw(&self) -> Value {
        match &self.widget {
            Widget::Text(edit) => edit.text().into(),
            Widget::Options(options) => options.value().map_or(Value::Null, Value::String),
            Widget::Household(household) => household.text().into(),
            Widget::Scores(scores) => scores.value(),
            Widget::Lines(lines) => lines.raw(),
            Widget::Steps(_) => Value::Null,
        }
    }

    /// Takes up again what was typed.
    pub(super) fn restore(&mut self, raw: &Value, look: &Look, sources: &dyn Sources) {
        let text = raw.as_str().unwrap_or_default();
        match &mut self.widget {
            Widget::Text(edit) => edit.set(text),
            Widget::Options(options) => options.set((!raw.is_null()).then_some(text)),
            Widget::Household(household) => household.set(text),
            Widget::Scores(scores) => scores.set(raw),
            Widget::Lines(lines) => lines.restore(raw, look, sources),
            Widget::Steps(_) => {}
        }
        self.touched = true;
    }

    /// What is typed is a secret: it is not shown, and goes into no draft.
    pub(super) fn hide(&mut self) {
        if let Widget::Text(edit) = &mut self.widget {
            edit.hide();
        }
    }

    pub(super) fn is_hidden(&self) -> bool {
        matches!(&self.widget, Widget::Text(edit) if edit.is_hidden())
    }

    pub(super) fn complain(&mut self, problem: Option<String>) {
        self.problem = problem;
    }

    pub(super) fn event(&mut self, event: &Event, look: &Look, sources: &dyn Sources) -> Took {
        let took = self.route(event, look, sources);
        if matches!(took, Took::Changed | Took::Next | Took::Household(_)) {
            self.touched = true;
            self.problem = None;
        }
        took
    }

    fn route(&mut self, event: &Event, look: &Look, sources: &dyn Sources) -> Took {
        match &mut self.widget {
            Widget::Text(edit) => match edit.event(event) {
                Some(true) => Took::Changed,
                Some(false) => Took::Taken,
                None => Took::Ignored,
            },
            Widget::Options(options) => match options.event(event) {
                Chosen::Ignored => Took::Ignored,
                Chosen::Taken => Took::Taken,
                Chosen::Changed => Took::Changed,
                Chosen::Picked => Took::Next,
            },
            Widget::Household(household) => match household.event(event) {
                Found::Ignored => Took::Ignored,
                Found::Taken => Took::Taken,
                Found::Asked => {
                    let query = household.text();
                    household.answer(if query.trim().is_empty() {
                        Vec::new()
                    } else {
                        sources.households(&query)
                    });
                    Took::Changed
                }
                Found::Picked(hit) => Took::Household(Box::new(hit)),
            },
            Widget::Scores(scores) => match scores.event(event) {
                Scored::Ignored => Took::Ignored,
                Scored::Taken => Took::Taken,
                Scored::Changed => Took::Changed,
                Scored::Last => Took::Next,
            },
            Widget::Lines(lines) => lines.event(event, look, sources),
            Widget::Steps(_) => Took::Ignored,
        }
    }

    /// Leaving the field; gives the household that was plainly meant.
    pub(super) fn leave(&mut self) -> Option<Box<HouseholdHit>> {
        match &mut self.widget {
            Widget::Options(options) => options.leave(),
            Widget::Household(household) => {
                let hit = household.leave();
                self.touched |= hit.is_some();
                return hit.map(Box::new);
            }
            Widget::Lines(lines) => lines.leave(),
            Widget::Text(_) | Widget::Scores(_) | Widget::Steps(_) => {}
        }
        None
    }

    pub(super) fn click(&mut self, column: u16, row: u16) {
        match &mut self.widget {
            Widget::Text(edit) => edit.click(column, row),
            Widget::Scores(scores) => scores.click(column, row),
            _ => {}
        }
    }

    /// Rows that it takes at a width, the sentence of a problem included.
    pub(super) fn rows(&mut self, columns: u16, focused: bool) -> u16 {
        let own = match &mut self.widget {
            Widget::Text(edit) if self.field.ty == FieldType::LongText => {
                edit.rows(columns).clamp(if focused { 3 } else { 1 }, LONG_ROWS)
            }
            Widget::Text(_) => 1,
            Widget::Options(options) => {
                options.fit_into(columns);
                options.rows(focused)
            }
            Widget::Household(household) => household.rows(focused),
            Widget::Scores(scores) => scores.rows(),
            Widget::Lines(lines) => lines.rows(focused),
            Widget::Steps(steps) => steps.len() as u16,
        };
        own + u16::from(self.problem.is_some())
    }

    pub(super) fn draw(
        &mut self,
        frame: &mut Frame,
        area: Rect,
        look: &Look,
        focused: bool,
        typing: &Typing,
    ) {
        let understood = self.understood(look, typing, focused);
        let problem = u16::from(self.problem.is_some());
        let body = Rect { height: area.height.saturating_sub(problem).max(1), ..area };
        let style = look.theme.style(if focused { Role::FieldFocused } else { Role::Field });
        match &mut self.widget {
            Widget::Text(edit) => {
                let room = understood
                    .as_ref()
                    .map_or(body, |_| Rect { width: (body.width / 2).max(20).min(body.width), ..body });
                edit.draw(frame, room, style, focused);
                if let Some(understood) = understood
                    && room.width < body.width
                {
                    let place =
                        Rect { x: room.right() + 1, width: body.width - room.width - 1, height: 1, ..body };
                    frame.render_widget(Line::styled(understood, look.theme.style(Role::Dim)), place);
                }
            }
            Widget::Options(options) => options.draw(frame, body, look, focused),
            Widget::Household(household) => household.draw(frame, body, look, focused),
            Widget::Scores(scores) => scores.draw(frame, body, look, focused),
            Widget::Lines(lines) => lines.draw(frame, body, look, focused, typing),
            Widget::Steps(steps) => {
                for (row, step) in steps.iter().enumerate().take(usize::from(body.height)) {
                    let place = Rect { y: body.y + row as u16, height: 1, ..body };
                    frame.render_widget(Line::styled(step.clone(), look.theme.style(Role::Dim)), place);
                }
            }
        }
        if let Some(problem) = &self.problem {
            let place = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
            let words = crate::text::width::fit(&format!("! {problem}"), usize::from(area.width));
            frame.render_widget(Line::styled(words, look.theme.style(Role::Error)), place);
        }
    }

    /// How a day or instant is understood, shown beside what is typed.
    fn understood(&self, look: &Look, typing: &Typing, focused: bool) -> Option<String> {
        if !matches!(self.field.ty, FieldType::Instant | FieldType::Day | FieldType::Money) {
            return None;
        }
        let Widget::Text(edit) = &self.widget else { return None };
        if edit.is_empty() {
            let hint = match self.field.ty {
                FieldType::Instant => "ui.form.hint_instant",
                FieldType::Day => "ui.form.hint_day",
                _ => return None,
            };
            return focused.then(|| t(look.lang, hint, &[]));
        }
        let value = typed_value(&self.field, &edit.text(), typing).ok()?;
        let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
        Some(match self.field.ty {
            FieldType::Instant => {
                show_when(field::as_instant(&value)?, look.now, look.settings.calendar.tz(), look.lang)
            }
            _ => reader.line(self.kind, &self.field, &value),
        })
    }
}

/// The items of a catalogue that are scored, code and name.
fn scored(catalogue: &str, look: &Look) -> Vec<(String, String)> {
    let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
    let offered = look.settings.offered(catalogue).into_iter();
    offered.map(|(code, _)| (code.to_owned(), reader.code(catalogue, code))).collect()
}

fn step_words(steps: &[&str], kind: &str, look: &Look) -> Vec<String> {
    steps.iter().map(|step| word(look.lang, kind, "step", step)).collect()
}

/// What can be chosen for a field, and whether other text is taken as well; `None` for fields that are typed.
pub(super) fn choices(
    field: &Field,
    kind: &str,
    look: &Look,
    sources: &dyn Sources,
) -> Option<(Vec<Choice>, bool)> {
    if let Some(offered) = sources.choices(field.key) {
        return Some((offered, false));
    }
    let staff = || {
        look.settings.staff.iter().filter(|member| !member.retired).map(|member| Choice {
            id: member.name.clone(),
            word: member.name.clone(),
            beside: look
                .settings
                .code_name("department", &member.department)
                .map(|name| look.lang.of(name).to_owned())
                .unwrap_or_default(),
        })
    };
    let operators = || {
        sources.operators().into_iter().filter(|operator| !operator.disabled).map(|operator| Choice {
            beside: t(look.lang, &format!("people.role.{}", operator.role.id()), &[]),
            word: operator.name.clone(),
            id: operator.name,
        })
    };
    Some(match field.ty {
        FieldType::Choice(options) => {
            let sort = format!("option.{}", field.key);
            (options.iter().map(|id| Choice::new(*id, word(look.lang, kind, &sort, id))).collect(), false)
        }
        FieldType::Flag => {
            let yes_no = [("true", "text.shown.yes"), ("false", "text.shown.no")];
            (yes_no.map(|(id, key)| Choice::new(id, t(look.lang, key, &[]))).to_vec(), false)
        }
        FieldType::Catalogue(name) => {
            let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
            let offered = look.settings.offered(name);
            // A code with sub-codes is a heading: one of its sub-codes is meant.
            let is_heading = |code: &str| {
                offered.iter().any(|(other, _)| other.split_once('.').is_some_and(|(top, _)| top == code))
            };
            let choices = offered.iter().filter(|(code, _)| !is_heading(code)).map(|(code, _)| Choice {
                id: (*code).to_owned(),
                word: reader.code(name, code),
                beside: look
                    .settings
                    .charge(code)
                    .filter(|_| name == crate::desk::settings::CHARGES)
                    .map_or_else(
                        || (*code).to_owned(),
                        |charge| format!("{} / {}", show_money(charge.price), charge.per),
                    ),
            });
            (choices.collect(), false)
        }
        FieldType::Staff => (staff().collect(), false),
        FieldType::Operator => (operators().collect(), false),
        FieldType::Colleague => (staff().chain(operators()).collect(), false),
        FieldType::CaseOf(id) => {
            // A case that has ended since, or stands too far back for the list, is still named by its number.
            (sources.open_cases(id), true)
        }
        FieldType::Kind => {
            let kinds = sources.kinds();
            (kinds.into_iter().map(|id| Choice::new(id, kind_name(look.lang, id))).collect(), false)
        }
        _ => return None,
    })
}

/// Whether a key goes to the next line of a table.
pub(super) fn is_enter(event: &Event) -> bool {
    matches!(event, Event::Key(key) if key.code == KeyCode::Enter)
}
