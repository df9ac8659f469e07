//! Keys in a form: into the field with the cursor, and from field to field.

use crossterm::event::{Event, KeyCode};

use super::editor::{Sources, Took};
use super::{Form, FormEvent, Section, Slot};
use crate::desk::field::Preset;
use crate::desk::workflow::Context;
use crate::store::find::HouseholdHit;
use crate::ui::keys::{Command, Place};
use crate::ui::look::Look;

impl Form {
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

    pub(super) fn after_change(&mut self, cx: &Context, look: &Look, sources: &dyn Sources) {
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

    pub(super) fn leave_field(&mut self) -> Option<Box<HouseholdHit>> {
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
}
