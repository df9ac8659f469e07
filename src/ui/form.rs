//! Forms: fields of a kind or inputs of an action, with what can be done at once.

mod draft;
mod editor;
mod layout;
mod lines;

use crossterm::event::{Event, KeyCode};
use serde_json::Value;

pub use draft::FormDraft;
pub use editor::Sources;

use self::editor::{Editor, Took};
use super::keys::{Command, Place};
use super::look::Look;
use super::parts::options::{Choice, Options};
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Preset, Values};
use crate::desk::kind::{Action, Kind};
use crate::desk::kinds::Kinds;
use crate::desk::why::Why;
use crate::desk::workflow::{self, Context};
use crate::store::find::HouseholdHit;
use crate::text::lang::t;
use crate::text::say::word;
use crate::text::value::Typing;

/// The key of the choice of what to do at once.
const AT_ONCE: &str = "@at-once";

/// What a form tells its screen.
#[derive(Debug, Clone, PartialEq)]
pub enum FormEvent {
    /// The event is not the form's.
    Ignored,
    /// Taken.
    Taken,
    /// Something typed changed.
    Changed,
    /// A household was chosen.
    Household(Box<HouseholdHit>),
    /// To be saved.
    Submit,
    /// To be put aside.
    Park,
    /// To be left; something may have been typed.
    Leave,
}

/// What a form gives when it is saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// Values of the fields.
    pub values: Values,
    /// The action to do at once, with its inputs.
    pub at_once: Option<(String, Values)>,
}

/// Where a field asks for an open case and there is only one, that one is meant.
fn only_cases(fields: &[Field], sources: &dyn Sources) -> Values {
    let only = |field: &Field| {
        let FieldType::CaseOf(kind) = field.ty else { return None };
        match sources.open_cases(kind).as_slice() {
            [only] if field.required => Some((field.key.to_owned(), only.id.as_str().into())),
            _ => None,
        }
    };
    fields.iter().filter_map(only).collect()
}

/// Which part of the form a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    /// The fields themselves.
    Own,
    /// The choice of what to do at once.
    Choice,
    /// The inputs of what is done at once.
    AtOnce,
}

/// One field on the form.
struct Slot {
    section: Section,
    editor: Editor,
}

/// A form.
pub struct Form {
    /// The kind of the case; `None` for a record that is no case.
    kind: Option<&'static Kind>,
    /// Whose words its fields have: a kind's, or a record's.
    words: &'static str,
    kinds: Kinds,
    slots: Vec<Slot>,
    /// The case that an action is done on, for what is carried over into another one.
    subject: Option<Box<Case>>,
    /// Editors of inputs that another choice took away, kept with what was typed.
    spare: Vec<Slot>,
    focus: usize,
    /// The person chose what to do at once; the suggestion no longer counts.
    chosen_by_hand: bool,
    changed: bool,
    presets: Values,
    scroll: u16,
    height: u16,
    places: Vec<(ratatui::layout::Rect, usize)>,
}

impl Form {
    /// The form of a new case.
    #[must_use]
    pub fn opening(
        kind: &'static Kind,
        given: &Values,
        cx: &Context,
        look: &Look,
        sources: &dyn Sources,
    ) -> Self {
        let mut presets = workflow::presets(kind.opening, None, cx);
        presets.extend(only_cases(kind.opening, sources));
        presets.extend(given.clone());
        let mut form = Self::new(Some(kind), kind.id, kind.opening, presets, cx, look, sources);
        if !kind.at_once.is_empty() {
            let mut choices: Vec<Choice> = Vec::new();
            for action in kind.at_once {
                choices.push(Choice::new(*action, word(look.lang, kind.id, "action", action)));
            }
            choices.push(Choice::new("", t(look.lang, "ui.form.only_save", &[])));
            let mut options = Options::new(choices, false);
            options.set(Some(""));
            let field = Field::new(AT_ONCE, FieldType::Text);
            form.slots
                .push(Slot { section: Section::Choice, editor: Editor::choice(field, kind.id, options) });
            form.suggest(cx, look, sources);
        }
        form
    }

    /// The form of an action's inputs.
    #[must_use]
    pub fn action(
        kind: &'static Kind,
        fields: &[Field],
        presets: Values,
        cx: &Context,
        look: &Look,
        sources: &dyn Sources,
    ) -> Self {
        Self::new(Some(kind), kind.id, fields, presets, cx, look, sources)
    }

    /// Takes the case that the action is done on: what opens another one carries over from it.
    #[must_use]
    pub fn on(mut self, case: &Case) -> Self {
        self.subject = Some(Box::new(case.clone()));
        self
    }

    /// The form of a record that is no case; its words stand under `<words>.field.…`.
    #[must_use]
    pub fn record(
        words: &'static str,
        fields: &[Field],
        presets: Values,
        cx: &Context,
        look: &Look,
        sources: &dyn Sources,
    ) -> Self {
        Self::new(None, words, fields, presets, cx, look, sources)
    }

    fn new(
        kind: Option<&'static Kind>,
        words: &'static str,
        fields: &[Field],
        presets: Values,
        cx: &Context,
        look: &Look,
        sources: &dyn Sources,
    ) -> Self {
        let slots = fields
            .iter()
            .map(|field| {
                let value = presets.get(field.key).cloned().unwrap_or(Value::Null);
                Slot { section: Section::Own, editor: Editor::new(*field, words, &value, look, sources) }
            })
            .collect();
        let mut form = Self {
            kind,
            words,
            kinds: cx.kinds,
            slots,
            subject: None,
            spare: Vec::new(),
            focus: 0,
            chosen_by_hand: false,
            changed: false,
            presets,
            scroll: 0,
            height: 0,
            places: Vec::new(),
        };
        form.focus = form.first_to_fill();
        form
    }

    /// The first field that waits to be typed; fields that already have a value are passed over.
    fn first_to_fill(&self) -> usize {
        let waits = |slot: &Slot| {
            !slot.editor.has_text() && !matches!(slot.editor.field().ty, FieldType::Checklist(_))
        };
        self.slots.iter().position(waits).unwrap_or(0)
    }

    /// Puts the cursor into the first field, for a form in which most fields have a value already.
    pub const fn focus_first(&mut self) {
        self.focus = 0;
    }

    /// Whether something was typed since it was opened.
    #[must_use]
    pub const fn is_changed(&self) -> bool {
        self.changed
    }

    fn typing<'a>(&self, look: &Look<'a>) -> Typing<'a> {
        Typing { kind: self.words, now: look.now, settings: look.settings, kinds: self.kinds }
    }

    /// The values as far as they can be read now, for fields that depend on others.
    fn loose(&self, section: Section, look: &Look) -> Values {
        let typing = self.typing(look);
        self.slots
            .iter()
            .filter(|slot| slot.section == section)
            .filter_map(|slot| {
                let value = slot.editor.value(&typing).ok().filter(|value| !value.is_null())?;
                Some((slot.editor.field().key.to_owned(), value))
            })
            .collect()
    }

    /// Which slots are shown now.
    fn visible(&self, look: &Look) -> Vec<usize> {
        let own = self.loose(Section::Own, look);
        let mut inputs = self.loose(Section::AtOnce, look);
        for (key, value) in &own {
            inputs.entry(key.clone()).or_insert_with(|| value.clone());
        }
        (0..self.slots.len())
            .filter(|index| {
                let slot = &self.slots[*index];
                slot.editor.field().is_shown(if slot.section == Section::Own { &own } else { &inputs })
            })
            .collect()
    }

    /// The action chosen to be done at once.
    fn at_once(&self) -> Option<String> {
        let slot = self.slots.iter().find(|slot| slot.section == Section::Choice)?;
        slot.editor.option().filter(|id| !id.is_empty())
    }

    /// Follows what the opening values suggest, until the person chooses.
    fn suggest(&mut self, cx: &Context, look: &Look, sources: &dyn Sources) {
        if !self.chosen_by_hand {
            let own = self.loose(Section::Own, look);
            let suggested = self.kind.and_then(|kind| (kind.suggest)(&own));
            let action = suggested.map_or("", |(action, _)| action);
            if let Some(slot) = self.slots.iter_mut().find(|slot| slot.section == Section::Choice) {
                slot.editor.choose(action);
            }
            self.ask_inputs(cx, look, sources);
            if let Some((_, Some(into))) = suggested {
                if let Some(slot) = self.slots.iter_mut().find(|slot| slot.editor.field().key == "into") {
                    slot.editor.choose(into);
                }
                self.ask_inputs(cx, look, sources);
            }
        }
    }

    /// Shows the inputs of what is chosen to be done at once.
    fn ask_inputs(&mut self, cx: &Context, look: &Look, sources: &dyn Sources) {
        let into = self
            .slots
            .iter()
            .find(|slot| slot.editor.field().key == "into")
            .and_then(|slot| slot.editor.option());
        let chosen = self.at_once().and_then(|id| self.kind.and_then(|kind| Some((kind, kind.action(&id)?))));
        let fields = match chosen {
            Some((kind, action)) => workflow::inputs_of(kind, action, self.kinds, into.as_deref()),
            None => Vec::new(),
        };
        self.set_inputs(Section::AtOnce, &fields, into.as_deref(), cx, look, sources);
    }

    /// For the form of an action that turns the case into another kind: the fields follow the kind.
    pub fn follow_kind(&mut self, cx: &Context, look: &Look, sources: &dyn Sources) {
        let Some(into) = self.slots.iter().find(|slot| slot.editor.field().key == "into") else { return };
        let Some(into) = into.editor.option() else { return };
        let Some(kind) = self.kind else { return };
        if let Some(action) = kind.all_actions().find(|action| Action::opens_another(action)) {
            let fields: Vec<Field> = workflow::inputs_of(kind, action, self.kinds, Some(&into))
                .into_iter()
                .filter(|field| field.key != "into")
                .collect();
            self.set_inputs(Section::AtOnce, &fields, Some(&into), cx, look, sources);
        }
    }

    fn set_inputs(
        &mut self,
        section: Section,
        fields: &[Field],
        into: Option<&str>,
        cx: &Context,
        look: &Look,
        sources: &dyn Sources,
    ) {
        let mut presets = workflow::presets(fields, self.subject.as_deref(), cx);
        presets.extend(self.presets.clone());
        let keep_own: Vec<String> = self
            .slots
            .iter()
            .filter(|slot| slot.section != section)
            .map(|slot| slot.editor.field().key.to_owned())
            .collect();
        let focused = self.slots.get(self.focus).map(|slot| slot.editor.field().key);
        let mut index = 0;
        while index < self.slots.len() {
            if self.slots[index].section == section {
                let slot = self.slots.remove(index);
                self.spare.push(slot);
            } else {
                index += 1;
            }
        }
        let target = into.and_then(|into| self.kinds.get(into)).map(|kind| kind.id);
        let words = target.unwrap_or(self.words);
        for field in fields.iter().filter(|field| !keep_own.iter().any(|key| key == field.key)) {
            let same = |slot: &Slot| slot.editor.field() == field;
            let slot = if let Some(index) = self.spare.iter().position(same) {
                self.spare.remove(index)
            } else {
                let value = presets.get(field.key).cloned().unwrap_or(Value::Null);
                let kind = if field.key == "into" { self.words } else { words };
                Slot { section, editor: Editor::new(*field, kind, &value, look, sources) }
            };
            self.slots.push(Slot { section, ..slot });
        }
        if let Some(focused) = focused
            && let Some(place) = self.slots.iter().position(|slot| slot.editor.field().key == focused)
        {
            self.focus = place;
        }
        self.focus = self.focus.min(self.slots.len().saturating_sub(1));
    }

    /// Handles an event.
    pub fn event(&mut self, event: &Event, cx: &Context, look: &Look, sources: &dyn Sources) -> FormEvent {
        if let Event::Key(key) = event {
            match look.keymap.resolve(key, Place::Form) {
                Some(Command::Save) => {
                    self.leave_field();
                    self.after_change(cx, look, sources);
                    return FormEvent::Submit;
                }
                Some(Command::Park) => return FormEvent::Park,
                _ => {}
            }
        }
        if let Event::Mouse(mouse) = event {
            self.click(mouse.column, mouse.row, look);
        }
        let Some(slot) = self.slots.get_mut(self.focus) else { return FormEvent::Ignored };
        // What is done at once is chosen by choosing it, and by typing what it asks for.
        let by_hand = slot.section != Section::Own;
        match slot.editor.event(event, look, sources) {
            Took::Ignored => self.move_by(event, cx, look, sources),
            Took::Taken => FormEvent::Taken,
            Took::Changed => {
                self.chosen_by_hand |= by_hand;
                self.after_change(cx, look, sources);
                FormEvent::Changed
            }
            Took::Next => {
                self.chosen_by_hand |= by_hand;
                self.after_change(cx, look, sources);
                self.step(1, look);
                FormEvent::Changed
            }
            Took::Household(hit) => {
                self.take_household(&hit, cx, look, sources);
                FormEvent::Household(hit)
            }
        }
    }

    fn after_change(&mut self, cx: &Context, look: &Look, sources: &dyn Sources) {
        self.changed = true;
        let focused = self.slots.get(self.focus).map(|slot| (slot.section, slot.editor.field().key));
        if self.slots.iter().any(|slot| slot.section == Section::Choice) {
            if self.chosen_by_hand {
                self.ask_inputs(cx, look, sources);
            } else {
                self.suggest(cx, look, sources);
            }
        } else if matches!(focused, Some((Section::Own, "into"))) {
            self.follow_kind(cx, look, sources);
        }
    }

    fn move_by(&mut self, event: &Event, cx: &Context, look: &Look, sources: &dyn Sources) -> FormEvent {
        let Event::Key(key) = event else { return FormEvent::Ignored };
        let visible = self.visible(look);
        let last = visible.last() == Some(&self.focus);
        match key.code {
            KeyCode::Esc => return FormEvent::Leave,
            KeyCode::Enter if last => {
                self.leave_field();
                self.after_change(cx, look, sources);
                return FormEvent::Submit;
            }
            KeyCode::Enter | KeyCode::Tab | KeyCode::Down => {
                if let Some(hit) = self.leave_field() {
                    self.take_household(&hit, cx, look, sources);
                    return FormEvent::Household(hit);
                }
                self.step(1, look);
            }
            KeyCode::BackTab | KeyCode::Up => {
                self.leave_field();
                self.step(-1, look);
            }
            _ => return FormEvent::Ignored,
        }
        FormEvent::Taken
    }

    fn leave_field(&mut self) -> Option<Box<HouseholdHit>> {
        self.slots.get_mut(self.focus).and_then(|slot| slot.editor.leave())
    }

    fn step(&mut self, by: isize, look: &Look) {
        let visible: Vec<usize> =
            self.visible(look).into_iter().filter(|index| self.slots[*index].editor.takes_focus()).collect();
        if visible.is_empty() {
            return;
        }
        let at = visible.iter().position(|index| *index == self.focus);
        let next = match (at, by > 0) {
            (Some(at), true) => (at + 1) % visible.len(),
            (Some(at), false) => (at + visible.len() - 1) % visible.len(),
            // The field vanished under the cursor: the next one that is shown.
            (None, _) => visible.iter().position(|index| *index > self.focus).unwrap_or(0),
        };
        self.focus = visible[next];
    }

    /// A household is meant: what is known of it is filled in, and the cursor goes on behind that.
    fn take_household(&mut self, hit: &HouseholdHit, cx: &Context, look: &Look, sources: &dyn Sources) {
        self.fill_from(hit, look);
        self.after_change(cx, look, sources);
        self.step(1, look);
        // What is known now, and what stamped itself, is passed over.
        let known = |slot: &Slot| {
            let field = slot.editor.field();
            (matches!(field.key, "contact" | "phone") || field.preset == Preset::Now)
                && slot.editor.has_text()
        };
        while self.slots.get(self.focus).is_some_and(known) {
            let before = self.focus;
            self.step(1, look);
            if self.focus <= before {
                break;
            }
        }
    }

    /// Fills contact and telephone from the resident found, where nothing was typed yet. Somebody
    /// who visits a household is not of it: there the resident is the one who is visited.
    fn fill_from(&mut self, hit: &HouseholdHit, look: &Look) {
        let visited = self.slots.iter().any(|slot| slot.editor.field().key == "whom");
        let fill = if visited {
            [("whom", hit.resident.as_deref()), ("whom", None)]
        } else {
            [("contact", hit.resident.as_deref()), ("phone", hit.phone.as_deref())]
        };
        for (key, text) in fill {
            let slot = self.slots.iter_mut().find(|slot| slot.editor.field().key == key);
            if let (Some(slot), Some(text)) = (slot, text)
                && !slot.editor.is_touched()
            {
                slot.editor.fill(text, look);
            }
        }
    }

    /// The value of a field as far as it can be read.
    #[must_use]
    pub fn value(&self, key: &str, look: &Look) -> Option<Value> {
        let slot = self.slots.iter().find(|slot| slot.editor.field().key == key)?;
        slot.editor.value(&self.typing(look)).ok().filter(|value| !value.is_null())
    }

    /// Reads all fields. Where one can't be taken its sentence stands under it and the cursor goes there.
    pub fn fill(&mut self, look: &Look) -> Option<Filled> {
        let typing = self.typing(look);
        let visible = self.visible(look);
        let mut wrong = None;
        let mut filled =
            Filled { values: Values::new(), at_once: self.at_once().map(|id| (id, Values::new())) };
        for index in visible {
            let slot = &mut self.slots[index];
            if slot.section == Section::Choice {
                continue;
            }
            let key = slot.editor.field().key;
            let value = match slot.editor.value(&typing) {
                Ok(Value::Null) if slot.editor.field().required => {
                    Err(Why::new("desk.why.required").about(key))
                }
                other => other,
            };
            match value {
                Ok(value) => {
                    slot.editor.complain(None);
                    let into = if slot.section == Section::AtOnce && filled.at_once.is_some() {
                        filled.at_once.as_mut().map(|(_, values)| values)
                    } else {
                        Some(&mut filled.values)
                    };
                    // An emptied field is named, so that its preset does not come back.
                    if let Some(into) = into
                        && (!value.is_null() || slot.editor.is_touched())
                    {
                        into.insert(key.to_owned(), value);
                    }
                }
                Err(why) => {
                    slot.editor.complain(Some(crate::text::say::say(
                        &why,
                        look.lang,
                        look.settings.calendar.tz(),
                    )));
                    wrong = wrong.or(Some(index));
                }
            }
        }
        match wrong {
            Some(index) => {
                self.focus = index;
                None
            }
            None => Some(filled),
        }
    }

    /// Puts a refusal of the rules under the field it is about; `false` if it is about none here.
    pub fn refuse(&mut self, why: &Why, look: &Look) -> bool {
        let Some(key) = &why.field else { return false };
        let Some(index) = self.slots.iter().position(|slot| slot.editor.field().key == *key) else {
            return false;
        };
        self.slots[index].editor.complain(Some(crate::text::say::say(
            why,
            look.lang,
            look.settings.calendar.tz(),
        )));
        self.focus = index;
        true
    }

    /// Everything typed, also what can't be taken yet.
    #[must_use]
    pub fn draft(&self) -> FormDraft {
        let typed = |slot: &Slot| (slot.editor.field().key.to_owned(), slot.editor.raw());
        FormDraft {
            typed: self
                .slots
                .iter()
                .chain(&self.spare)
                .filter(|slot| !slot.editor.is_hidden())
                .filter(|slot| slot.editor.is_touched() || slot.editor.has_text())
                .map(typed)
                .collect(),
            focus: self
                .slots
                .get(self.focus)
                .map(|slot| slot.editor.field().key.to_owned())
                .unwrap_or_default(),
            chosen_by_hand: self.chosen_by_hand,
        }
    }

    /// Takes a draft up again.
    pub fn restore(&mut self, draft: &FormDraft, cx: &Context, look: &Look, sources: &dyn Sources) {
        self.chosen_by_hand = draft.chosen_by_hand;
        // What is chosen first decides which further fields there are: two rounds bring them all in.
        for _ in 0..3 {
            for slot in &mut self.slots {
                if let Some(raw) = draft.typed.get(slot.editor.field().key) {
                    slot.editor.restore(raw, look, sources);
                }
            }
            self.after_change(cx, look, sources);
        }
        if let Some(place) = self.slots.iter().position(|slot| slot.editor.field().key == draft.focus) {
            self.focus = place;
        }
    }

    /// Rows that the form took when it was last drawn.
    #[must_use]
    pub const fn last_height(&self) -> u16 {
        self.height
    }

    /// Whether it fits a popup.
    #[must_use]
    pub fn is_short(&self) -> bool {
        let long =
            |slot: &Slot| matches!(slot.editor.field().ty, FieldType::Lines(_) | FieldType::Checklist(_));
        self.slots.len() <= 6
            && !self.slots.iter().any(long)
            && !self.slots.iter().any(|slot| slot.editor.field().key == "into")
    }

    /// What is typed into this field is a secret: it is not shown, and goes into no draft.
    pub fn hide(&mut self, key: &str) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.editor.field().key == key) {
            slot.editor.hide();
        }
    }

    /// Puts the cursor into a field.
    pub fn go_to(&mut self, key: &str) {
        if let Some(place) = self.slots.iter().position(|slot| slot.editor.field().key == key) {
            self.focus = place;
        }
    }

    /// Whether a text of several lines is being typed.
    #[must_use]
    pub fn is_in_long_text(&self) -> bool {
        self.slots.get(self.focus).is_some_and(|slot| slot.editor.field().ty == FieldType::LongText)
    }

    /// Whether the cursor stands in a table of lines.
    #[must_use]
    pub fn in_lines(&self) -> bool {
        self.slots.get(self.focus).is_some_and(|slot| matches!(slot.editor.field().ty, FieldType::Lines(_)))
    }

    /// The number of the case that a field names, the first such field's.
    #[must_use]
    pub fn named_case(&self) -> Option<String> {
        let names = |slot: &&Slot| matches!(slot.editor.field().ty, FieldType::CaseOf(_));
        self.slots.iter().filter(names).find_map(|slot| slot.editor.option())
    }

    /// The key of the field being typed into.
    #[must_use]
    pub fn focused(&self) -> Option<&'static str> {
        self.slots.get(self.focus).map(|slot| slot.editor.field().key)
    }

    /// What the draft is called in a list: the first words typed.
    #[must_use]
    pub fn title(&self) -> String {
        let texts = self.slots.iter().filter(|slot| slot.section == Section::Own && slot.editor.is_touched());
        let words: Vec<String> =
            texts.map(|slot| slot.editor.shown()).filter(|text| !text.is_empty()).collect();
        words.join(" ").chars().take(40).collect()
    }
}
