//! `qiantai backup`: a copy of the book, made while people work and proved.

use std::path::PathBuf;

use clap::{ArgMatches, Command, value_parser};
use serde_json::{Value, json};

use super::shape::at;
use super::{Cx, Desk, Result, args, plain};
use crate::counter::backup::{self, Copy, hex};
use crate::store::backup::Proof;
use crate::text::lang::Lang;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "backup")
        .arg(args::positional(lang, "copy").value_name("FILE").value_parser(value_parser!(PathBuf)))
        .arg(args::flag(lang, "list").conflicts_with("copy"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    if matches.get_flag("list") {
        return list(cx, &desk);
    }
    let file = matches.get_one::<PathBuf>("copy").map(PathBuf::as_path);
    let made = backup::make(&mut desk.store, &desk.session, cx.now, file, &cx.watch())?;
    let name = made.file.display().to_string();
    cx.say(
        || {
            let mut document = proved(&made.proof);
            document["file"] = name.clone().into();
            document
        },
        || {
            let (entries, bytes) = (made.proof.entries.to_string(), made.proof.bytes.to_string());
            let hash = short(&made.proof);
            let words = [("file", name.as_str()), ("entries", &entries), ("bytes", &bytes), ("hash", &hash)];
            cx.t("cli.backup.done", &words)
        },
    )
}

/// What was proved of a copy.
pub(super) fn proved(proof: &Proof) -> Value {
    json!({
        "entries": proof.entries,
        "head": { "seq": proof.head, "hash": hex(&proof.hash) },
        "bytes": proof.bytes,
    })
}

/// The beginning of the head's hash, as it is compared by eye.
fn short(proof: &Proof) -> String {
    hex(&proof.hash).chars().take(16).collect()
}

fn proof(copy: &Copy) -> Option<&Proof> {
    let ended = copy.attempt.as_ref()?.ended.as_ref()?;
    ended.outcome.as_ref().ok().map(|(_, proof)| proof)
}

fn list(cx: &Cx, desk: &Desk) -> Result {
    let copies = backup::list(&desk.store, &desk.settings)?;
    let directory = backup::directory(&desk.store, &desk.settings).unwrap_or_default();
    let directory = directory.display().to_string();
    cx.say(
        || {
            let copies = copies.iter().map(|copy| {
                let mut document = proof(copy).map_or_else(|| json!({}), proved);
                document["file"] = copy.name.clone().into();
                document["bytes"] = copy.bytes.into();
                document["begun"] =
                    copy.attempt.as_ref().map(|attempt| at(attempt.started_at, cx.tz.get())).into();
                document["reason"] = copy.attempt.as_ref().map(|attempt| attempt.reason.id()).into();
                document
            });
            json!({ "directory": directory, "copies": copies.collect::<Vec<_>>() })
        },
        || {
            if copies.is_empty() {
                return cx.t("cli.backup.none", &[("directory", &directory)]);
            }
            let rows = copies.iter().map(|copy| {
                let reason = copy.attempt.as_ref().map(|attempt| attempt.reason.id());
                vec![
                    copy.name.clone(),
                    reason.map(|id| cx.t(&format!("backup.reason.{id}"), &[])).unwrap_or_default(),
                    proof(copy).map(|proof| proof.entries.to_string()).unwrap_or_default(),
                    proof(copy).map(short).unwrap_or_default(),
                    copy.bytes.to_string(),
                ]
            });
            let headings = cx.headings(&["copy", "reason", "entries", "head", "bytes"]);
            plain::table(&headings, rows.collect(), &[2, 4])
        },
    )
}
