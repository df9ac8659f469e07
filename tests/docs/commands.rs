//! `docs/commands.md`: every command, as `--help` shows it.

use std::fmt::Write as _;
use std::process::Command;

use qiantai::text::lang::Lang;
use serde_json::Value;

use crate::page;

const ABOUT: &str = "# Commands 命令

Written from `--help` by `tests/docs/`; not to be edited by hand. `qiantai man` gives the same as a manual page,
`qiantai completions SHELL` what the shell needs to complete them.

Every command takes `--json`: one document on standard output and nothing else. Refusals are one sentence on standard
error that says what to do.

| Exit code | |
| --- | --- |
| 0 | done |
| 1 | refused or failed |
| 2 | wrong usage |

| Variable | |
| --- | --- |
| `QIANTAI_DATA` | the data directory, as `--data` |
| `QIANTAI_OPERATOR` | who works, as `--operator` |
| `QIANTAI_PIN` | the operator's PIN, where it can't be asked for; never an argument |
| `QIANTAI_NEW_PIN` | the PIN of an operator who is added |
| `QIANTAI_BACKUP_KEY` | the secret key of encrypted copies, where it can't be asked for |
| `QIANTAI_BACKUP_PASSPHRASE` | the passphrase of a copy, the same |
| `QIANTAI_CONFIG` | the configuration directory of the screen |
";

pub fn says(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_qiantai"))
        .args(arguments)
        // Lines are broken by the width that a shell tells.
        .env_remove("COLUMNS")
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    // On Windows the program calls itself with its ending.
    String::from_utf8(output.stdout).expect("text").replace("\r\n", "\n").replace("qiantai.exe", "qiantai")
}

/// The names of all commands, read from the completions that the shell is given.
pub fn commands() -> Vec<String> {
    let document: Value =
        serde_json::from_str(&says(&["man", "--json", "--lang", "en"])).expect("a document");
    let page = document["page"].as_str().expect("a page").to_owned();
    let names = page.lines().filter_map(|line| {
        let name = line.strip_prefix("qiantai\\-")?.strip_suffix("(1)")?;
        Some(name.replace("\\-", "-"))
    });
    names.collect()
}

#[test]
fn the_page_of_the_commands_is_not_stale() {
    let names = commands();
    assert!(names.len() > 10, "{names:?}");
    let mut text = ABOUT.to_owned();
    for name in &names {
        let _ = write!(text, "\n## {name}\n");
        for lang in Lang::ALL.into_iter().rev() {
            let help = says(&[name, "--help", "--lang", lang.tag()]);
            let _ = write!(text, "\n```text\n{}\n```\n", help.trim_end());
        }
    }
    page("commands.md", &text);
}

/// A command that nobody can see how to use is not there: an example stands in both languages.
#[test]
fn every_command_shows_an_example() {
    for name in commands() {
        for lang in Lang::ALL {
            let help = says(&[&name, "--help", "--lang", lang.tag()]);
            let examples = help.lines().filter(|line| line.trim_start().starts_with("qiantai ")).count();
            assert!(examples > 0, "{name} in {lang}: no line that begins with qiantai\n{help}");
        }
    }
}
