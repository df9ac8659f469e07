//! What a form gives: its values where all can be taken, everything typed where it is put aside.

use serde_json::Value;

use super::editor::Sources;
use super::{Filled, Form, FormDraft, Section, Slot};
use crate::desk::field::Values;
use crate::desk::why::Why;
use crate::desk::workflow::Context;
use crate::ui::look::Look;

impl Form {
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
}
