//! `qiantai restore`: puts a copy in the place of the book, which is kept.

use std::path::PathBuf;

use clap::{ArgMatches, Command, value_parser};

use super::{Cx, Result, args, ask, backup};
use crate::counter::restore::{self, Restore};
use crate::counter::{self, CounterError, Session};
use crate::desk::kinds::STANDARD;
use crate::store::{Store, StoreError};
use crate::text::lang::Lang;

/// Most cases at fault that are named; the document names all.
const NAMED: usize = 50;

pub(super) fn command(lang: Lang) -> Command {
    let file = args::positional(lang, "from-copy").value_name("FILE").required(true);
    args::command(lang, "restore")
        .arg(file.value_parser(value_parser!(PathBuf)))
        .arg(args::option(lang, "identity", "KEY-FILE").value_parser(value_parser!(PathBuf)))
        .arg(args::flag(lang, "despite-faults"))
}

pub(super) fn run(cx: &Cx, matches: &ArgMatches) -> Result {
    let Some(file) = matches.get_one::<PathBuf>("from-copy") else { return Ok(()) };
    let name = cx.operator()?;
    let watch = cx.watch();
    // The copy first: nobody should be asked for a PIN because of one that is not sound.
    let identity = matches.get_one::<PathBuf>("identity").map(PathBuf::as_path);
    let key = ask::copy_key(cx, file, identity)?;
    let examined = Restore::examine(file, &cx.data, STANDARD, key.as_ref(), &watch)?;
    let despite = matches.get_flag("despite-faults");
    let copy = if despite { examined.despite_faults() } else { examined.sound()? };
    let mut book = present(cx)?;
    let pin = ask::pin(cx, name)?;
    let session = match book.as_mut().map(|book| enter(cx, book, name, &pin)) {
        // What the book says of the operator counts, as long as it can say something.
        Some(Ok(Some(session))) => session,
        Some(Err(refused)) => return Err(refused.into()),
        Some(Ok(None)) | None => copy.login(name, &pin, cx.now)?,
    };
    let restored = copy.put(book, &session, cx.now, &watch)?;
    drop(watch);
    let from = file.display().to_string();
    let kept = restored.kept.as_ref().map(|kept| kept.display().to_string());
    cx.say(
        || {
            let mut document = backup::proved(&restored.proof);
            document["file"] = from.clone().into();
            document["kept"] = kept.clone().into();
            document["undone"] = restored.undone.into();
            document["faulty"] = restored.faulty.clone().into();
            document
        },
        || {
            let entries = restored.proof.entries.to_string();
            let mut said = vec![cx.t("cli.restore.done", &[("file", &from), ("entries", &entries)])];
            if let Some(count) = restored.undone.filter(|count| *count > 0) {
                said.push(cx.t("cli.restore.undone", &[("count", &count.to_string())]));
            }
            if !restored.faulty.is_empty() {
                let (count, numbers) =
                    (restored.faulty.len().to_string(), restore::named(&restored.faulty, NAMED));
                said.push(cx.t("cli.restore.faulty", &[("count", &count), ("numbers", &numbers)]));
            }
            said.push(match &kept {
                Some(kept) => cx.t("cli.restore.kept", &[("kept", kept)]),
                None => cx.t("cli.restore.first", &[]),
            });
            said.join("\n")
        },
    )
}

/// The present book, as far as it can be opened. One of another program or of a newer version is
/// nothing to be replaced.
fn present(cx: &Cx) -> Result<Option<Store>> {
    if !Store::exists(&cx.data) {
        return Ok(None);
    }
    match cx.open_store() {
        // Where nobody was set up there is nothing to be kept but the file.
        Ok(mut store) => {
            cx.tell_waiting(&mut store);
            Ok(Some(store).filter(|store| !matches!(store.settings(), Ok(None))))
        }
        Err(refused @ (StoreError::Foreign(_) | StoreError::Newer { .. } | StoreError::Busy)) => {
            Err(refused.into())
        }
        Err(error) => {
            tracing::warn!(%error, "the book cannot be opened");
            Ok(None)
        }
    }
}

/// Logs in by the present book; `None` where it can't say who is who.
fn enter(cx: &Cx, book: &mut Store, name: &str, pin: &str) -> counter::Result<Option<Session>> {
    match book.settings() {
        Ok(Some(settings)) => cx.tz.set(settings.calendar.tz()),
        Ok(None) | Err(_) => return Ok(None),
    }
    match counter::operators::login(book, name, pin, cx.now) {
        Ok(session) => Ok(Some(session)),
        Err(CounterError::Store(_)) => Ok(None),
        Err(refused) => Err(refused),
    }
}
