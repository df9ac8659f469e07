//! What is asked for beside the fields themselves: what is done at once, and what the kind asks that a case turns into.

use serde_json::Value;

use super::editor::{Editor, Sources};
use super::{Form, Section, Slot};
use crate::desk::field::Field;
use crate::desk::kind::Action;
use crate::desk::workflow::{self, Context};
use crate::ui::look::Look;

impl Form {
    /// The action chosen to be done at once.
    pub(super) fn at_once(&self) -> Option<String> {
        let slot = self.slots.iter().find(|slot| slot.section == Section::Choice)?;
        slot.editor.option().filter(|id| !id.is_empty())
    }

    /// Follows what the opening values suggest, until the person chooses.
    pub(super) fn suggest(&mut self, cx: &Context, look: &Look, sources: &dyn Sources) {
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
    pub(super) fn ask_inputs(&mut self, cx: &Context, look: &Look, sources: &dyn Sources) {
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

    pub(super) fn set_inputs(
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
}
