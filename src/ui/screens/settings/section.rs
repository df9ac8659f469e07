//! A section of the settings: what its table shows, what its form asks, and what a change does.

use crate::counter::retention::Due;
use crate::counter::{self, community};
use crate::desk::field::{Field, Values};
use crate::desk::kinds::Kinds;
use crate::desk::people::{Operator, Role};
use crate::desk::settings::Settings;
use crate::desk::why::Why;
use crate::text::lang::{Lang, t};
use crate::text::say::word;
use crate::ui::cx::{Cx, Message, Screen};
use crate::ui::keys::Command;
use crate::ui::parts::options::Choice;

/// The words of the settings are those of a record of this name: `settings.field.…`.
pub const WORDS: &str = "settings";

/// What can be done with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doing {
    /// A new row.
    Add,
    /// Another content of a row.
    Change,
    /// The row goes.
    Delete,
    /// The row stays for what is past and is no longer offered, or is offered again.
    Retire,
    /// An operator's new PIN.
    Pin,
    /// A supervisor's new recovery code.
    Code,
}

impl Doing {
    /// In the order of their keys, F5 first.
    pub const ALL: [Self; 6] = [Self::Add, Self::Change, Self::Delete, Self::Retire, Self::Pin, Self::Code];

    /// The key of its words.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Add => "settings.do.add",
            Self::Change => "settings.do.change",
            Self::Delete => "settings.do.delete",
            Self::Retire => "settings.do.retire",
            Self::Pin => "settings.do.pin",
            Self::Code => "settings.do.code",
        }
    }
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What the row is known by, also after others were added or taken away.
    pub id: String,
    /// Its cells, one for each column.
    pub cells: Vec<String>,
    /// No longer offered.
    pub retired: bool,
}

impl Row {
    /// A row in use.
    pub fn new(id: impl Into<String>, cells: Vec<String>) -> Self {
        Self { id: id.into(), cells, retired: false }
    }
}

/// A column: the field whose word stands above it, and its width; 0 shares what is left.
pub type Column = (&'static str, u16);

/// What a section looks at.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub settings: &'a Settings,
    /// Cases are closed for longer than their personal fields are kept.
    pub due: Option<Due>,
    pub operators: &'a [Operator],
    pub kinds: Kinds,
    pub lang: Lang,
    pub theme: &'a str,
    /// Who looks.
    pub name: &'a str,
    pub role: Role,
}

impl Around<'_> {
    /// The word of an option of a field.
    pub fn option(&self, field: &str, id: &str) -> String {
        word(self.lang, WORDS, "option", &format!("{field}.{id}"))
    }

    /// Choices of a field by their ids.
    pub fn options<'i>(&self, field: &str, ids: impl IntoIterator<Item = &'i str>) -> Vec<Choice> {
        ids.into_iter().map(|id| Choice::new(id, self.option(field, id))).collect()
    }
}

/// Where a section leads to.
#[derive(Clone, Copy)]
pub enum Leads {
    /// What a command shows.
    Command(Command),
    /// A screen of its own, with the key of its name; none where it may not be shown.
    Screen(&'static str, fn(&mut Cx) -> Option<Box<dyn Screen>>),
}

/// What is to be done.
pub struct Edit<'a> {
    pub doing: Doing,
    /// The row; `None` for a new one.
    pub row: Option<&'a str>,
    /// What the form holds.
    pub values: &'a Values,
    /// The settings that the person looked at.
    pub before: &'a Settings,
}

impl Edit<'_> {
    /// The text of a field; empty where nothing was typed.
    pub fn text(&self, key: &str) -> String {
        self.values.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    }

    /// The text of a field; `None` where nothing was typed.
    pub fn given(&self, key: &str) -> Option<String> {
        Some(self.text(key)).filter(|text| !text.is_empty())
    }

    /// The number of a field.
    pub fn number(&self, key: &str) -> i64 {
        self.values.get(key).and_then(serde_json::Value::as_i64).unwrap_or_default()
    }
}

/// A section of the settings.
pub trait Section {
    /// Its id.
    fn id(&self) -> String;

    /// Its name in the list.
    fn title(&self, lang: Lang) -> String {
        t(lang, &format!("settings.section.{}", self.id()), &[])
    }

    /// The columns of its table.
    fn columns(&self) -> &'static [Column];

    /// The rows of its table.
    fn rows(&self, around: &Around) -> Vec<Row>;

    /// What can be done with its rows.
    fn can(&self, doing: Doing) -> bool;

    /// What belongs to the section and is no setting.
    fn leads_to(&self) -> Option<Leads> {
        None
    }

    /// Whether everybody may do it, for oneself.
    fn is_personal(&self) -> bool {
        false
    }

    /// What its form asks.
    fn fields(&self, doing: Doing, row: Option<&str>) -> Vec<Field>;

    /// What stands in the form at first.
    fn values(&self, row: &str, around: &Around) -> Values;

    /// What a field offers, where its type does not say it.
    fn choices(&self, _key: &str, _around: &Around) -> Option<Vec<Choice>> {
        None
    }

    /// Changes the settings.
    ///
    /// # Errors
    /// The row is gone, or what was typed can't be taken.
    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why>;

    /// Does it. What is no setting of the community is kept elsewhere.
    ///
    /// # Errors
    /// Role, rule or file refuse.
    fn carry_out(&self, edit: &Edit, cx: &mut Cx) -> counter::Result<()> {
        let mut after = edit.before.clone();
        self.edit(&mut after, edit)?;
        community::change_settings(cx.store, cx.session, cx.now, edit.before, &after)?;
        cx.send(Message::SettingsChanged);
        Ok(())
    }
}

/// The refusal of a change to a row that somebody else took away meanwhile.
pub fn gone() -> Why {
    Why::new("settings.why.row_gone")
}

/// Puts an item into a table: in the place of the row, or behind the last of its fellows.
pub fn put<T>(
    items: &mut Vec<T>,
    edit: &Edit,
    id: impl Fn(&T) -> String,
    change: impl FnOnce(Option<&T>) -> T,
    is_fellow: impl Fn(&T, &T) -> bool,
) -> Result<(), Why> {
    let Some(row) = edit.row else {
        let item = change(None);
        let place = items.iter().rposition(|other| is_fellow(other, &item)).map_or(items.len(), |at| at + 1);
        items.insert(place, item);
        return Ok(());
    };
    let place = items.iter().position(|item| id(item) == row).ok_or_else(gone)?;
    if edit.doing == Doing::Delete {
        items.remove(place);
    } else {
        items[place] = change(Some(&items[place]));
    }
    Ok(())
}
