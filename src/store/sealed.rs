//! Encrypted copies: files of the age format, written and opened as a stream.
//!
//! A copy is closed with a public key that the settings keep, so that the schedule needs nobody to type
//! anything, or with a passphrase. Nothing here holds more than a piece of the file at a time.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

pub use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, Decryptor, EncryptError, Encryptor, scrypt, x25519};
use age_core::format::{FileKey, Stanza};
use sha2::{Digest, Sha256};

use super::backup::{SETTLED, Stage, Watch, io, step};
use super::{Result, StoreError};
use crate::desk::backup::SEALED;

/// How every file of the format begins.
const MAGIC: &[u8] = b"age-encryption.org/";

/// How every SQLite file begins.
const PLAIN: &[u8] = b"SQLite format 3\0";

/// What a passphrase costs whoever tries one: scrypt with N = 2^17, r = 8, p = 1, which takes 128 MiB
/// (OWASP Password Storage Cheat Sheet).
const WORK: u8 = 17;

/// The most that a file may ask for: what other programs of the format take at their defaults.
const MOST_WORK: u8 = 18;

/// Bytes that are passed on at a time.
const PIECE: usize = 64 * 1024;

/// What a copy is closed with.
#[derive(Debug, Clone)]
pub enum Seal {
    /// The public half of a key.
    Public(x25519::Recipient),
    /// A passphrase.
    Passphrase(SecretString),
}

impl Seal {
    /// The public key that is written so (`age1…`); `None` where the text is none.
    #[must_use]
    pub fn public(text: &str) -> Option<Self> {
        text.trim().parse().ok().map(Self::Public)
    }

    /// A passphrase.
    #[must_use]
    pub fn passphrase(text: String) -> Self {
        Self::Passphrase(text.into())
    }
}

/// What opens a copy.
#[derive(Clone)]
pub enum Key {
    /// The secret half of a key.
    Secret(x25519::Identity),
    /// A passphrase.
    Passphrase(SecretString),
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// The secret key that stands in a text, as it was typed or read from a file of one, where lines
    /// that begin with `#` say something else; `None` where there is none.
    #[must_use]
    pub fn secret(text: &str) -> Option<Self> {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        // Written down in groups, it is typed in groups.
        let signs: String = lines.flat_map(str::chars).filter(|sign| !sign.is_whitespace()).collect();
        signs.to_uppercase().parse().ok().map(Self::Secret)
    }

    /// A passphrase.
    #[must_use]
    pub fn passphrase(text: String) -> Self {
        Self::Passphrase(text.into())
    }
}

/// Makes a new key: its public half, and the secret one, which is kept nowhere.
#[must_use]
pub fn new_key() -> (String, SecretString) {
    let secret = x25519::Identity::generate();
    (secret.to_public().to_string(), secret.to_string())
}

/// What opens a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it is not encrypted.
    Nothing,
    /// A secret key.
    Key,
    /// A passphrase.
    Passphrase,
}

/// What is needed to open a file.
///
/// # Errors
/// The file can't be read, or is the beginning of an encrypted one.
pub fn needs(file: &Path) -> Result<Needs> {
    if !is_sealed(file)? {
        return Ok(Needs::Nothing);
    }
    let read = File::open(file).map_err(|source| io(file, source))?;
    let header = Decryptor::new_buffered(BufReader::new(read)).map_err(|error| refusal(error, file))?;
    Ok(if header.is_scrypt() { Needs::Passphrase } else { Needs::Key })
}

/// Whether a file is an encrypted one, or what is left of one.
fn is_sealed(file: &Path) -> Result<bool> {
    let there = std::fs::metadata(file).map_err(|source| io(file, source))?;
    if !there.is_file() {
        return Ok(false);
    }
    let mut begin = Vec::new();
    let read = File::open(file).and_then(|read| read.take(MAGIC.len() as u64).read_to_end(&mut begin));
    read.map_err(|source| io(file, source))?;
    Ok(begin.starts_with(MAGIC) || (is_named(file) && !begin.starts_with(PLAIN)))
}

/// Why a file does not open.
fn refusal(error: DecryptError, file: &Path) -> StoreError {
    match error {
        DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            StoreError::WrongKey(file.to_owned())
        }
        DecryptError::Io(source) => unread(source, file),
        _ => StoreError::Torn(file.to_owned()),
    }
}

/// Why an encrypted file can't be read to its end.
fn unread(source: std::io::Error, file: &Path) -> StoreError {
    match source.kind() {
        // What the format finds wrong with its own bytes.
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => StoreError::Torn(file.to_owned()),
        _ => io(file, source),
    }
}

/// The public key or passphrase, which also hears of the key of the one file: with that the file is
/// read back, although nobody here has what opens it later.
struct Witness<'a> {
    seal: &'a Seal,
    heard: RefCell<Option<FileKey>>,
}

/// The same file key once more.
fn again(key: &FileKey) -> FileKey {
    FileKey::init_with_mut(|bytes| bytes.copy_from_slice(key.expose_secret()))
}

impl age::Recipient for Witness<'_> {
    fn wrap_file_key(
        &self,
        key: &FileKey,
    ) -> std::result::Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        self.heard.replace(Some(again(key)));
        match self.seal {
            Seal::Public(public) => public.wrap_file_key(key),
            Seal::Passphrase(passphrase) => {
                let mut asked = scrypt::Recipient::new(passphrase.clone());
                asked.set_work_factor(WORK);
                asked.wrap_file_key(key)
            }
        }
    }
}

/// Opens the one file whose key was heard.
struct Heard(FileKey);

impl age::Identity for Heard {
    fn unwrap_stanza(&self, _: &Stanza) -> Option<std::result::Result<FileKey, DecryptError>> {
        Some(Ok(again(&self.0)))
    }
}

/// Encrypts a file into another one, and reads that back from the disk: decrypted, it is what was
/// encrypted, byte by byte. `target` is what the file is going to be called.
///
/// # Errors
/// One of the files can't be read or written, what was read back is something else, or `watch` broke
/// it off.
pub(super) fn seal(plain: &Path, part: &Path, target: &Path, seal: &Seal, watch: &Watch) -> Result<()> {
    let failed = |source| io(target, source);
    let mut from = File::open(plain).map_err(|source| io(plain, source))?;
    let all = from.metadata().map_err(|source| io(plain, source))?.len();
    let witness = Witness { seal, heard: RefCell::new(None) };
    let encryptor = Encryptor::with_recipients(std::iter::once(&witness as &dyn age::Recipient))
        .map_err(|error| StoreError::Disk(error.to_string()))?;
    let to = File::options().write(true).truncate(true).open(part).map_err(failed)?;
    let mut to = encryptor.wrap_output(Settling { file: to, unsettled: 0 }).map_err(failed)?;
    let written = pass(&mut from, &mut to, all, (Stage::Seal, watch)).map_err(|halt| match halt {
        Halt::Read(source) => io(plain, source),
        Halt::Write(source) => io(target, source),
        Halt::Stopped => StoreError::Stopped,
    })?;
    let to = to.finish().map_err(failed)?;
    to.file.sync_all().map_err(failed)?;
    drop(to);

    let torn = || StoreError::Torn(target.to_owned());
    let heard = Heard(witness.heard.take().ok_or_else(torn)?);
    let back = File::open(part).map_err(failed)?;
    let decryptor = Decryptor::new_buffered(BufReader::new(back)).map_err(|error| refusal(error, target))?;
    let mut back = decryptor
        .decrypt(std::iter::once(&heard as &dyn age::Identity))
        .map_err(|error| refusal(error, target))?;
    let read = pass(&mut back, &mut std::io::sink(), all, (Stage::Open, watch))
        .map_err(|halt| halt.of_sealed(target, plain))?;
    if read == written { Ok(()) } else { Err(torn()) }
}

/// Decrypts a file into another one, which must be there.
///
/// # Errors
/// The key is another one's, the file is not whole, there is no room, or `watch` broke it off.
pub(super) fn open(file: &Path, plain: &Path, key: &Key, watch: &Watch) -> Result<()> {
    let from = File::open(file).map_err(|source| io(file, source))?;
    let all = from.metadata().map_err(|source| io(file, source))?.len();
    let decryptor = Decryptor::new_buffered(BufReader::new(from)).map_err(|error| refusal(error, file))?;
    let passphrase;
    let identity: &dyn age::Identity = match key {
        Key::Secret(secret) => secret,
        Key::Passphrase(text) => {
            let mut given = scrypt::Identity::new(text.clone());
            given.set_max_work_factor(MOST_WORK);
            passphrase = given;
            &passphrase
        }
    };
    let mut from = decryptor.decrypt(std::iter::once(identity)).map_err(|error| refusal(error, file))?;
    let mut to =
        File::options().write(true).truncate(true).open(plain).map_err(|source| io(plain, source))?;
    pass(&mut from, &mut to, all, (Stage::Open, watch)).map_err(|halt| halt.of_sealed(file, plain))?;
    Ok(())
}

/// Why nothing more was passed on.
enum Halt {
    Read(std::io::Error),
    Write(std::io::Error),
    Stopped,
}

impl Halt {
    /// The same where an encrypted file was read.
    fn of_sealed(self, file: &Path, to: &Path) -> StoreError {
        match self {
            Self::Read(source) => unread(source, file),
            Self::Write(source) => io(to, source),
            Self::Stopped => StoreError::Stopped,
        }
    }
}

/// A file that is brought to the disk as it grows, see [`super::backup::SETTLED`].
struct Settling {
    file: File,
    /// Bytes that the system may have yet to write.
    unsettled: u64,
}

impl Write for Settling {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unsettled += written as u64;
        if self.unsettled >= SETTLED {
            self.file.sync_data()?;
            self.unsettled = 0;
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Passes everything on, piece by piece; gives the length and the hash of what passed.
fn pass(
    from: &mut dyn Read,
    to: &mut dyn Write,
    all: u64,
    (stage, watch): (Stage, &Watch),
) -> std::result::Result<(u64, Vec<u8>), Halt> {
    let mut piece = vec![0; PIECE];
    let (mut hash, mut done) = (Sha256::new(), 0_u64);
    loop {
        let count = match from.read(&mut piece) {
            Ok(0) => return Ok((done, hash.finalize().to_vec())),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Halt::Read(error)),
        };
        to.write_all(&piece[..count]).map_err(Halt::Write)?;
        hash.update(&piece[..count]);
        done += count as u64;
        // Kilobytes: what people see of it.
        step(watch, stage, done.min(all).div_ceil(1024), all.div_ceil(1024)).map_err(|_| Halt::Stopped)?;
    }
}

/// The name of an encrypted file: with its ending behind it, if it isn't there.
#[must_use]
pub fn named(file: &Path) -> PathBuf {
    if is_named(file) {
        return file.to_owned();
    }
    let mut name = file.as_os_str().to_owned();
    name.push(SEALED);
    name.into()
}

/// Whether a file is called like an encrypted one.
#[must_use]
pub fn is_named(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().ends_with(SEALED))
}
