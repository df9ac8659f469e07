//! `qiantai backup`: a copy of the book, made while people work and proved.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command, value_parser};
use serde_json::{Value, json};

use super::shape::at;
use super::{Cx, Desk, Result, args, ask, plain};
use crate::counter::backup::{self, Copy, Target};
use crate::store::backup::{Proof, prove_copy};
use crate::store::sealed::is_named;
use crate::text::lang::Lang;
use crate::text::plain::harmless;

pub(super) fn command(lang: Lang) -> Command {
    args::command(lang, "backup")
        .arg(args::positional(lang, "copy").value_name("FILE").value_parser(value_parser!(PathBuf)))
        .arg(args::flag(lang, "passphrase").requires("copy"))
        .arg(args::flag(lang, "list").conflicts_with("copy"))
        .arg(
            args::option(lang, "prove", "COPY")
                .conflicts_with_all(["copy", "list"])
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            args::option(lang, "identity", "KEY-FILE").requires("prove").value_parser(value_parser!(PathBuf)),
        )
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let mut desk = cx.enter()?;
    if matches.get_flag("list") {
        return list(cx, &desk);
    }
    if let Some(copy) = matches.get_one::<PathBuf>("prove") {
        return prove(cx, copy, matches);
    }
    let file = matches.get_one::<PathBuf>("copy").map(PathBuf::as_path);
    let passphrase = matches.get_flag("passphrase").then(|| ask::copy_passphrase(cx)).transpose()?;
    let target = match (file, &passphrase) {
        (None, _) => Target::Kept,
        (Some(file), None) => Target::File(file),
        (Some(file), Some(passphrase)) => Target::Closed(file, passphrase),
    };
    let made = backup::make(&mut desk.store, &desk.session, cx.now, target, &cx.watch())?;
    let name = made.file.display().to_string();
    cx.say(
        || {
            let mut document = proved(&made.proof);
            document["file"] = name.clone().into();
            document["encrypted"] = is_named(&made.file).into();
            document
        },
        || {
            let (entries, bytes) = (made.proof.entries.to_string(), made.proof.bytes.to_string());
            let hash = short(&made.proof);
            let words = [("file", name.as_str()), ("entries", &entries), ("bytes", &bytes), ("hash", &hash)];
            cx.t(if is_named(&made.file) { "cli.backup.done_encrypted" } else { "cli.backup.done" }, &words)
        },
    )
}

/// Proves a copy once more, decrypted where it is encrypted.
fn prove(cx: &Cx, copy: &Path, matches: &ArgMatches) -> Result {
    let identity = matches.get_one::<PathBuf>("identity").map(PathBuf::as_path);
    let key = ask::copy_key(cx, copy, identity)?;
    let proof = prove_copy(copy, &cx.data, key.as_ref(), &cx.watch())?;
    let name = copy.display().to_string();
    cx.say(
        || {
            let mut document = proved(&proof);
            document["file"] = name.clone().into();
            document["encrypted"] = key.is_some().into();
            document
        },
        || {
            let words = [("file", &*harmless(&name)), ("entries", &proof.entries.to_string())];
            cx.t("backup.proved", &words)
        },
    )
}

/// What was proved of a copy.
pub(super) fn proved(proof: &Proof) -> Value {
    json!({
        "entries": proof.entries,
        "head": { "seq": proof.head, "hash": hex::encode(&proof.hash) },
        "bytes": proof.bytes,
    })
}

/// The beginning of the head's hash, as it is compared by eye.
fn short(proof: &Proof) -> String {
    hex::encode(&proof.hash).chars().take(16).collect()
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
                document["encrypted"] = copy.sealed.into();
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
