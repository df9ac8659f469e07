//! Who may log in, and what everybody sets for oneself.

use serde_json::json;

use super::codes::object;
use super::section::{Around, Column, Doing, Edit, Row, Section};
use crate::counter::{self, operators, recovery};
use crate::desk::field::{Field, FieldType, Values};
use crate::desk::people::Role;
use crate::desk::settings::Settings;
use crate::desk::why::Why;
use crate::text::lang::{Lang, t};
use crate::text::plain::plain;
use crate::text::say::word;
use crate::ui::cx::{Cx, Message};
use crate::ui::parts::options::Choice;
use crate::ui::screens::recovery_code;
use crate::ui::theme::Theme;

const NAME: Field = Field::required("name", FieldType::Text);
const ROLE: Field = Field::required("role", FieldType::Text);
const PIN: Field = Field::required("pin", FieldType::Text);
const AGAIN: Field = Field::required("again", FieldType::Text);

/// The keys of fields whose text is a secret.
pub const SECRETS: [&str; 2] = [PIN.key, AGAIN.key];

/// The PIN, typed twice alike.
fn pin(edit: &Edit) -> Result<String, Why> {
    // As the login reads it: an input method may write full-width digits.
    let pin = plain(&edit.text("pin"));
    if pin == plain(&edit.text("again")) {
        Ok(pin)
    } else {
        Err(Why::new("settings.why.pins_differ").about("again"))
    }
}

fn role(edit: &Edit) -> Result<Role, Why> {
    Role::from_id(&edit.text("role")).ok_or_else(|| Why::new("desk.why.required").about("role"))
}

/// The operators. They are never deleted: their names stand in the history.
pub struct Operators;

impl Section for Operators {
    fn id(&self) -> String {
        "operators".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("name", 0), ("role", 22), ("able", 16)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let operators = around.operators.iter();
        operators
            .map(|operator| {
                let role = t(around.lang, &format!("people.role.{}", operator.role.id()), &[]);
                let able = around.option("able", if operator.disabled { "false" } else { "true" });
                let row = Row::new(&operator.name, vec![operator.name.clone(), role, able]);
                Row { retired: operator.disabled, ..row }
            })
            .collect()
    }

    fn can(&self, doing: Doing) -> bool {
        doing != Doing::Delete
    }

    fn fields(&self, doing: Doing, _: Option<&str>) -> Vec<Field> {
        match doing {
            Doing::Add => vec![NAME, ROLE, PIN, AGAIN],
            Doing::Pin => vec![PIN, AGAIN],
            _ => vec![ROLE],
        }
    }

    fn values(&self, row: &str, around: &Around) -> Values {
        let operator = around.operators.iter().find(|operator| operator.name == row);
        operator.map(|operator| object(json!({ "role": operator.role.id() }))).unwrap_or_default()
    }

    fn choices(&self, key: &str, around: &Around) -> Option<Vec<Choice>> {
        let word =
            |role: &Role| Choice::new(role.id(), t(around.lang, &format!("people.role.{}", role.id()), &[]));
        // Nobody gives a role above one's own.
        (key == "role").then(|| Role::ALL.iter().filter(|role| **role <= around.role).map(word).collect())
    }

    fn edit(&self, _: &mut Settings, _: &Edit) -> Result<(), Why> {
        Ok(())
    }

    fn carry_out(&self, edit: &Edit, cx: &mut Cx) -> counter::Result<()> {
        match (edit.doing, edit.row) {
            (Doing::Add, _) => {
                let (name, role, pin) = (edit.text("name"), role(edit)?, pin(edit)?);
                operators::add(cx.store, cx.session, cx.now, &name, role, &pin)?;
            }
            (Doing::Change, Some(name)) => {
                operators::change_role(cx.store, cx.session, cx.now, name, role(edit)?)?;
            }
            (Doing::Retire, Some(name)) => {
                let known = cx.store.operators()?;
                let able = known.iter().any(|operator| operator.name == name && !operator.disabled);
                operators::disable(cx.store, cx.session, cx.now, name, able)?;
            }
            (Doing::Pin, Some(name)) => {
                operators::set_pin(cx.store, cx.session, cx.now, name, &pin(edit)?)?;
            }
            (Doing::Code, Some(name)) => {
                let code = recovery::new_recovery_code(cx.store, cx.session, cx.now, name)?;
                cx.send(Message::Push(recovery_code(name.to_owned(), code)));
            }
            _ => {}
        }
        cx.send(Message::Changed);
        Ok(())
    }
}

/// What a person sets for oneself: language, colours, the own PIN.
pub struct Personal;

const LANGUAGES: [&str; 2] = ["zh-CN", "en"];
const THEMES: [&str; 4] = [Theme::Dark.id(), Theme::Light.id(), Theme::Ansi.id(), Theme::Mono.id()];
const LANGUAGE: Field = Field::required("language", FieldType::Choice(&LANGUAGES));
const THEME: Field = Field::required("theme", FieldType::Text);

impl Section for Personal {
    fn id(&self) -> String {
        "personal".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("what", 28), ("now", 0)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let label = |key: &str| word(around.lang, super::section::WORDS, "field", key);
        let theme = t(around.lang, &format!("ui.theme.{}", around.theme), &[]);
        vec![
            Row::new("language", vec![label("language"), around.option("language", around.lang.tag())]),
            Row::new("theme", vec![label("theme"), theme]),
            Row::new("pin", vec![label("own_pin"), around.name.to_owned()]),
        ]
    }

    fn can(&self, doing: Doing) -> bool {
        doing == Doing::Change
    }

    fn is_personal(&self) -> bool {
        true
    }

    fn fields(&self, _: Doing, row: Option<&str>) -> Vec<Field> {
        match row {
            Some("language") => vec![LANGUAGE],
            Some("theme") => vec![THEME],
            _ => vec![PIN, AGAIN],
        }
    }

    fn values(&self, _: &str, around: &Around) -> Values {
        object(json!({ "language": around.lang.tag(), "theme": around.theme }))
    }

    fn choices(&self, key: &str, around: &Around) -> Option<Vec<Choice>> {
        let word = |id: &&str| Choice::new(*id, t(around.lang, &format!("ui.theme.{id}"), &[]));
        (key == "theme").then(|| THEMES.iter().map(word).collect())
    }

    fn edit(&self, _: &mut Settings, _: &Edit) -> Result<(), Why> {
        Ok(())
    }

    fn carry_out(&self, edit: &Edit, cx: &mut Cx) -> counter::Result<()> {
        match edit.row {
            Some("language") => {
                if let Ok(lang) = edit.text("language").parse::<Lang>() {
                    cx.send(Message::Speak(lang));
                }
            }
            Some("theme") => cx.send(Message::Paint(edit.text("theme"))),
            _ => {
                let name = cx.session.name().to_owned();
                operators::set_pin(cx.store, cx.session, cx.now, &name, &pin(edit)?)?;
            }
        }
        Ok(())
    }
}
