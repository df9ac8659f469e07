//! `qiantai forms`: the templates of printed forms, and copying one out to be edited.

use std::io;

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Cx, Error, Result, args, plain};
use crate::paper::{PaperError, templates};
use crate::text::lang::{Lang, try_t};

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "forms").arg(args::options(lang, "edit", "NAME"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let directory =
        templates::directory().ok_or_else(|| Error::Usage(cx.t("cli.error.no_data_directory", &[])))?;
    let texts = templates::plain();
    for name in matches.get_many::<String>("edit").into_iter().flatten() {
        let text = texts.iter().find(|text| text.name == name);
        let text = text.ok_or_else(|| PaperError::NoTemplate(name.clone()))?;
        match templates::copy_out(&directory, text) {
            // It is edited already.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(PaperError::Write { path: directory, error }.into()),
            Ok(_) => {}
        }
    }
    let (texts, faults) = templates::edited(&directory);
    let title = |name: &str| try_t(cx.lang, &format!("paper.form.{name}"), &[]);
    cx.say(
        || {
            let forms = texts
                .iter()
                .map(|text| json!({ "name": text.name, "title": title(text.name), "file": text.file }));
            let faults: Vec<String> = faults.iter().map(|fault| fault.say(cx.lang)).collect();
            json!({ "directory": directory, "forms": forms.collect::<Vec<Value>>(), "faults": faults })
        },
        || {
            let rows = texts.iter().map(|text| {
                let file = text.file.as_ref().map(|file| file.display().to_string());
                vec![text.name.to_owned(), title(text.name).unwrap_or_default(), file.unwrap_or_default()]
            });
            let table = plain::table(&cx.headings(&["name", "form", "edited"]), rows.collect(), &[]);
            let mut parts = vec![table];
            parts.extend(faults.iter().map(|fault| fault.say(cx.lang)));
            parts.push(cx.t("cli.forms.where", &[("directory", &directory.display().to_string())]));
            parts.join("\n")
        },
    )
}
