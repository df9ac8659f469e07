//! Forms: fields of a kind or inputs of an action, with what can be done at once.

mod asks;
mod draft;
mod editor;
mod give;
mod keys;
mod layout;
mod lines;

use serde_json::Value;

pub use draft::FormDraft;
pub use editor::Sources;

use self::editor::Editor;
use super::look::Look;
use super::parts::options::{Choice, Options};
use crate::desk::case::Case;
use crate::desk::field::{Field, FieldType, Values};
use crate::desk::kind::Kind;
use crate::desk::kinds::Kinds;
use crate::desk::workflow::{self, Context};
use crate::store::find::HouseholdHit;
use crate::text::lang::{Lang, t};
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

/// What can be done at once with a new case, and that nothing is.
fn at_once_choices(kind: &Kind, look: &Look) -> Vec<Choice> {
    let action = |action: &&str| Choice::new(*action, word(look.lang, kind.id, "action", action));
    let only_save = Choice::new("", t(look.lang, "ui.form.only_save", &[]));
    kind.at_once.iter().map(action).chain([only_save]).collect()
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
    /// The language that its options have their words in.
    lang: Lang,
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
        presets.extend(sources.only_cases(kind.opening));
        presets.extend(given.clone());
        let mut form = Self::new(Some(kind), kind.id, kind.opening, presets, cx, look, sources);
        if !kind.at_once.is_empty() {
            let mut options = Options::new(at_once_choices(kind, look), false);
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
            lang: look.lang,
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

    /// Says what it offers in the language of the look, where that has changed. What was typed stays.
    pub fn speak(&mut self, look: &Look, sources: &dyn Sources) {
        if std::mem::replace(&mut self.lang, look.lang) == look.lang {
            return;
        }
        for slot in self.slots.iter_mut().chain(&mut self.spare) {
            match (slot.section, self.kind) {
                (Section::Choice, Some(kind)) => slot.editor.offer(at_once_choices(kind, look)),
                _ => slot.editor.speak(look, sources),
            }
        }
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
