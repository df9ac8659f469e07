//! Whether copies of the book are encrypted, and to whose key.
//!
//! The settings keep the public half, so that the schedule copies with nobody there. The secret half is
//! shown once and is kept nowhere in the program: whoever has it opens the copies, and nobody else does.

use std::io::{Read as _, Write as _};
use std::path::Path;

use chrono::{DateTime, Utc};

use super::authority::{self, Deed};
use super::{Result, Session, settings};
use crate::desk::people::Role;
use crate::desk::why::Why;
use crate::store::sealed::{self, ExposeSecret as _, Key, Needs, Seal, SecretString};
use crate::store::{Store, StoreError, own_file};

/// Most bytes of a file that holds a key: a line of it and what is said about it.
const KEY_FILE: u64 = 16 * 1024;

/// The verb of choosing a key.
const ENCRYPT: &str = "encrypt-copies";
/// The verb of doing without.
const CLEAR: &str = "clear-copies";

/// A key that was made.
#[derive(Debug)]
pub struct NewKey {
    /// Its public half, as the settings keep it.
    pub public: String,
    /// Its secret half, which can be read nowhere else.
    pub secret: SecretString,
}

/// Refuses whoever may not choose whether copies are encrypted, before it is begun; the refusal is on record.
///
/// # Errors
/// The role refuses.
pub fn may_choose(store: &mut Store, session: &Session, now: DateTime<Utc>, seals: bool) -> Result<()> {
    authority::may(store, session, now, &deed(if seals { ENCRYPT } else { CLEAR }, ""))
}

/// Makes a new key and has every copy from now on encrypted to it. Copies that were made before stay
/// what they are: those to an older key need that one. The key is written into a file, too, if one is
/// named, before anything is encrypted to it.
///
/// # Errors
/// The role refuses, or a file can't be written.
pub fn new_key(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    file: Option<&Path>,
) -> Result<NewKey> {
    let (public, secret) = sealed::new_key();
    let key = NewKey { public, secret };
    if let Some(file) = file {
        authority::may(store, session, now, &deed(ENCRYPT, &key.public))?;
        write_secret(&key, file)?;
    }
    put(store, session, now, ENCRYPT, &key.public)?;
    Ok(key)
}

/// Has every copy from now on encrypted to a key that was made elsewhere: its secret half was never on
/// this computer.
///
/// # Errors
/// The role refuses, or the text is no public key.
pub fn use_key(store: &mut Store, session: &Session, now: DateTime<Utc>, public: &str) -> Result<()> {
    put(store, session, now, ENCRYPT, public.trim())
}

/// Has copies from now on lie in the clear.
///
/// # Errors
/// The role refuses, or they do already.
pub fn use_none(store: &mut Store, session: &Session, now: DateTime<Utc>) -> Result<()> {
    put(store, session, now, CLEAR, "")
}

/// Writes a key into a file that only its owner may read, in the form that other programs of the format
/// read and write.
///
/// # Errors
/// The file is there already or can't be written.
pub fn write_secret(key: &NewKey, file: &Path) -> Result<()> {
    let written = own_file(file).and_then(|mut open| {
        writeln!(open, "# public key: {}\n{}", key.public, key.secret.expose_secret())?;
        open.sync_all()
    });
    written.map_err(|source| {
        let path = file.to_owned();
        let error = match source.kind() {
            std::io::ErrorKind::AlreadyExists => StoreError::Exists(path),
            _ => StoreError::Io { path, source },
        };
        error.into()
    })
}

/// What opens a copy, from what somebody typed: a passphrase where the copy has one, else the secret
/// key or the file that holds it.
///
/// # Errors
/// It is no key, nor a file that holds one.
pub fn typed_key(text: &str, needs: Needs) -> Result<Key> {
    if needs == Needs::Passphrase {
        return Ok(Key::passphrase(text.to_owned()));
    }
    let typed = crate::text::plain::plain(text);
    match Key::secret(&typed) {
        Some(key) => Ok(key),
        None if Path::new(text.trim()).is_file() => key_file(Path::new(text.trim())),
        None => Err(Why::new("counter.why.no_secret_key").about("key").into()),
    }
}

/// The secret key that a file holds.
///
/// # Errors
/// The file can't be read, or there is none in it.
pub fn key_file(file: &Path) -> Result<Key> {
    let mut text = String::new();
    let read = std::fs::File::open(file).and_then(|open| open.take(KEY_FILE).read_to_string(&mut text));
    match read {
        Ok(_) => {}
        // What is no text is no key either.
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => text.clear(),
        Err(source) => return Err(StoreError::Io { path: file.to_owned(), source }.into()),
    }
    Key::secret(&text).ok_or_else(|| Why::new("counter.why.no_secret_key").about("key").into())
}

fn deed(verb: &'static str, public: &str) -> Deed {
    Deed::of(Role::Supervisor, verb, public)
}

fn put(
    store: &mut Store,
    session: &Session,
    now: DateTime<Utc>,
    verb: &'static str,
    public: &str,
) -> Result<()> {
    authority::write(store, session, now, &deed(verb, public), |tx, hand| {
        let mut after = (*settings(tx)?).clone();
        if public.is_empty() && after.backup.key.is_empty() {
            return Err(Why::new("counter.why.not_encrypted").into());
        }
        if !public.is_empty() && Seal::public(public).is_none() {
            return Err(Why::new("counter.why.no_public_key").about("key").into());
        }
        public.clone_into(&mut after.backup.key);
        tx.put_settings(&after)?;
        tx.journal("settings", &hand.stamp(tx, now)?, verb, &after)?;
        Ok(())
    })
}
