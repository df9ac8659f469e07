//! The real binary as scripts call it: exit codes, documents, sentences, refusals.

mod authority;
mod backup;
mod book;
mod cases;
mod day;
mod export;
mod printing;
mod retention;
mod setup;
mod terminal;
mod usage;

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The PIN of everybody in these tests.
const PIN: &str = "246810";

/// What a call left behind.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    /// The only document on standard output.
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Refused with exit code 1, one line on standard error, nothing on standard output.
    #[track_caller]
    fn refused(&self, words: &str) {
        self.ended(1, words);
        assert_eq!(self.out, "");
    }

    /// Called in a wrong way.
    #[track_caller]
    fn misused(&self, words: &str) {
        self.ended(2, words);
        assert_eq!(self.out, "");
    }

    #[track_caller]
    fn ended(&self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert!(self.err.contains(words), "{:?} does not say {words:?}", self.err);
        assert_eq!(self.err.trim_end().lines().count(), 1, "{}", self.err);
    }

    #[track_caller]
    fn shows(&self, words: &str) {
        assert_eq!(self.code, 0, "{}", self.err);
        assert!(self.out.contains(words), "{:?} does not show {words:?}", self.out);
        // A key without words is shown as itself.
        for room in ["cli.", "case.", "repair.", "people.", "stage.", "finding.", "relation."] {
            assert!(!self.out.contains(room), "{:?} shows a key of {room}", self.out);
        }
    }
}

/// An office: a data directory, a language, somebody at the desk.
struct Office {
    dir: tempfile::TempDir,
    lang: &'static str,
}

impl Office {
    /// A data directory with nothing in it.
    fn empty() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), lang: "en" }
    }

    /// A community with a supervisor and a receptionist.
    fn new() -> Self {
        let office = Self::empty();
        assert_eq!(office.by("王敏", &["init", "--community", "蔚蓝新都"]).code, 0);
        let added = office.by("王敏", &["operator", "add", "李娜", "--role", "receptionist"]);
        assert_eq!(added.code, 0, "{}", added.err);
        office
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The same office in Chinese.
    fn in_chinese(mut self) -> Self {
        self.lang = "zh-CN";
        self
    }

    fn call(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qiantai"));
        for variable in [
            "QIANTAI_OPERATOR",
            "QIANTAI_PIN",
            "QIANTAI_NEW_PIN",
            "QIANTAI_SECOND_PIN",
            "QIANTAI_RECOVERY_CODE",
            "QIANTAI_BACKUP_KEY",
            "QIANTAI_BACKUP_PASSPHRASE",
            "QIANTAI_DATA",
        ] {
            command.env_remove(variable);
        }
        command.stdin(Stdio::null()).env("QIANTAI_DATA", self.path()).args(["--lang", self.lang]);
        command
    }

    /// Runs a command as an operator with everybody's PIN.
    fn by(&self, operator: &str, arguments: &[&str]) -> Ran {
        let mut command = self.call();
        command.env("QIANTAI_OPERATOR", operator).env("QIANTAI_PIN", PIN).env("QIANTAI_NEW_PIN", PIN);
        run(command.args(arguments))
    }

    /// Runs a command as the supervisor.
    fn boss(&self, arguments: &[&str]) -> Ran {
        self.by("王敏", arguments)
    }

    /// Runs a command as the receptionist.
    fn desk(&self, arguments: &[&str]) -> Ran {
        self.by("李娜", arguments)
    }

    /// The document that the receptionist gets.
    fn json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        self.desk(&arguments).json()
    }

    /// The document that the supervisor gets.
    fn boss_json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        self.boss(&arguments).json()
    }

    /// Opens a case and returns its number.
    fn open(&self, arguments: &[&str]) -> String {
        let arguments: Vec<&str> = ["open"].iter().chain(arguments).copied().collect();
        self.json(&arguments)["number"].as_str().unwrap().to_owned()
    }

    /// Does an action and returns the state after it.
    fn act(&self, number: &str, action: &str, given: &[&str]) -> String {
        let mut arguments = vec!["act", number, action];
        for pair in given {
            arguments.extend(["--set", pair]);
        }
        self.json(&arguments)["state"].as_str().unwrap().to_owned()
    }
}

fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The keys of a document's object.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}
