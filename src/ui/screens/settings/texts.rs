//! What is said and how one behaves: courtesy phrases and etiquette.

use serde_json::json;

use super::codes::object;
use super::section::{Around, Column, Doing, Edit, Row, Section, put};
use crate::desk::field::{Field, FieldType, Values};
use crate::desk::settings::{Bilingual, ETIQUETTE_TOPICS, Etiquette, PHRASE_SORTS, Phrase, Settings};
use crate::desk::why::Why;
use crate::text::lang::t;
use crate::ui::parts::options::Choice;
use crate::ui::screens::phrases::{sort_key, topic_key};

const SORT: Field = Field::required("sort", FieldType::Text);
const TOPIC: Field = Field::required("topic", FieldType::Text);
const ZH: Field = Field::required("zh", FieldType::Text);
const EN: Field = Field::required("en", FieldType::Text);

/// A text is known by itself: nothing else tells two phrases of a sort apart.
fn id(group: &str, text: &Bilingual) -> String {
    format!("{group}\n{}\n{}", text.zh, text.en)
}

fn text(edit: &Edit) -> Bilingual {
    Bilingual { zh: edit.text("zh"), en: edit.text("en") }
}

/// The values of a row, read back from what it is known by.
fn values(row: &str, group: &str) -> Values {
    let mut parts = row.split('\n');
    let mut next = || parts.next().unwrap_or_default();
    object(json!({ group: next(), "zh": next(), "en": next() }))
}

const fn can(doing: Doing) -> bool {
    matches!(doing, Doing::Add | Doing::Change | Doing::Delete)
}

/// The courtesy phrases.
pub struct Phrases;

impl Section for Phrases {
    fn id(&self) -> String {
        "phrases".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("sort", 14), ("zh", 0), ("en", 0)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let phrases = around.settings.phrases.iter();
        phrases
            .map(|phrase| {
                let sort = t(around.lang, &sort_key(&phrase.sort), &[]);
                Row::new(
                    id(&phrase.sort, &phrase.text),
                    vec![sort, phrase.text.zh.clone(), phrase.text.en.clone()],
                )
            })
            .collect()
    }

    fn can(&self, doing: Doing) -> bool {
        can(doing)
    }

    fn fields(&self, _: Doing, _: Option<&str>) -> Vec<Field> {
        vec![SORT, ZH, EN]
    }

    fn values(&self, row: &str, _: &Around) -> Values {
        values(row, "sort")
    }

    fn choices(&self, key: &str, around: &Around) -> Option<Vec<Choice>> {
        let word = |sort: &&str| Choice::new(*sort, t(around.lang, &sort_key(sort), &[]));
        (key == "sort").then(|| PHRASE_SORTS.iter().map(word).collect())
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        let change = |_: Option<&Phrase>| Phrase { sort: edit.text("sort"), text: text(edit) };
        let known_by = |phrase: &Phrase| id(&phrase.sort, &phrase.text);
        put(&mut settings.phrases, edit, known_by, change, |other, new| other.sort == new.sort)
    }
}

/// The etiquette of the desk.
pub struct Rules;

impl Section for Rules {
    fn id(&self) -> String {
        "etiquette".into()
    }

    fn columns(&self) -> &'static [Column] {
        &[("topic", 18), ("zh", 0), ("en", 0)]
    }

    fn rows(&self, around: &Around) -> Vec<Row> {
        let rules = around.settings.etiquette.iter();
        rules
            .map(|rule| {
                let topic = t(around.lang, &topic_key(&rule.topic), &[]);
                Row::new(id(&rule.topic, &rule.text), vec![topic, rule.text.zh.clone(), rule.text.en.clone()])
            })
            .collect()
    }

    fn can(&self, doing: Doing) -> bool {
        can(doing)
    }

    fn fields(&self, _: Doing, _: Option<&str>) -> Vec<Field> {
        vec![TOPIC, ZH, EN]
    }

    fn values(&self, row: &str, _: &Around) -> Values {
        values(row, "topic")
    }

    fn choices(&self, key: &str, around: &Around) -> Option<Vec<Choice>> {
        let word = |topic: &&str| Choice::new(*topic, t(around.lang, &topic_key(topic), &[]));
        (key == "topic").then(|| ETIQUETTE_TOPICS.iter().map(word).collect())
    }

    fn edit(&self, settings: &mut Settings, edit: &Edit) -> Result<(), Why> {
        let change = |_: Option<&Etiquette>| Etiquette { topic: edit.text("topic"), text: text(edit) };
        let known_by = |rule: &Etiquette| id(&rule.topic, &rule.text);
        put(&mut settings.etiquette, edit, known_by, change, |other, new| other.topic == new.topic)
    }
}
