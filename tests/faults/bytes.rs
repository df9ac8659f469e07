//! Bytes that are no text: invalid UTF-8, NUL and escape sequences, wherever they can come from.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Command, Output};

use qiantai::store::Store;

use crate::office::{BOSS, DESK, Office, PIN, Speaks, begin_call, text};

/// Bytes of which no text is made: a lone continuation, a sequence cut short, one that is too long, a surrogate.
const NO_TEXT: &[&[u8]] =
    &[b"\xff", b"\xfe\xff", b"\xc3", b"\xe5\xbc", b"\xf8\x88\x80\x80\x80", b"\xed\xa0\x80"];

/// A refusal is one sentence in the language that was chosen, with nothing in it that a terminal obeys.
#[track_caller]
fn sentence(output: &Output, about: &str) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{about}: {said}");
    assert!(!said.contains("panicked") && said.trim().chars().count() > 8, "{about}: {said}");
    assert_eq!(said.trim().lines().count(), 1, "{about}: {said}");
    assert!(!said.contains(|c: char| c.is_control() && c != '\n'), "{about}: {said:?}");
}

fn call(office: &Office, arguments: &[&OsStr], variable: Option<(&str, &OsStr)>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qiantai"));
    command
        .env("QIANTAI_DATA", office.data())
        .env("QIANTAI_OPERATOR", DESK)
        .env("QIANTAI_PIN", PIN)
        .args(["--lang", office.speaks.tag()])
        .args(arguments);
    if let Some((name, value)) = variable {
        command.env(name, value);
    }
    command.output().expect("the program runs")
}

#[test]
fn arguments_and_variables_that_are_no_text_are_refused() {
    for speaks in [Speaks::Chinese, Speaks::English] {
        let office = Office::new(speaks);
        let words = |text: &'static str| OsStr::new(text);
        for bytes in NO_TEXT {
            let bad = OsStr::from_bytes(bytes);
            let mut set = OsString::from("content=");
            set.push(bad);
            for arguments in [
                &[bad][..],
                &[words("find"), bad],
                &[words("show"), bad],
                &[words("open"), words("call"), words("--contact"), bad],
                &[words("open"), words("call"), words("--set"), &set],
            ] {
                sentence(&call(&office, arguments, None), &format!("{arguments:?}"));
            }
            for name in ["QIANTAI_OPERATOR", "QIANTAI_PIN"] {
                let listed = call(&office, &[words("list"), words("call")], Some((name, bad)));
                sentence(&listed, &format!("{name}={bytes:?}"));
            }
            // A roster of bytes that are no text in any way that offices write them.
            let roster = office.path().join("roster.csv");
            fs::write(&roster, [b"\0\x1b", *bytes, b"\0"].concat()).expect("a file");
            let import = [words("import"), words("households"), roster.as_os_str(), words("--dry-run")];
            let mut output = call(&office, &import, Some(("QIANTAI_OPERATOR", OsStr::new(BOSS))));
            output.stderr.retain(|byte| *byte != b'\r');
            sentence(&output, &format!("roster of {bytes:?}"));
        }
        assert_eq!(office.numbers("call").len(), 0, "nothing was taken");
    }
}

#[test]
fn bytes_that_are_no_text_at_the_keyboard_change_nothing() {
    let office = Office::new(Speaks::Chinese);
    let mut terminal = office.at_work(DESK);
    begin_call(&mut terminal, "门禁");
    for bytes in NO_TEXT {
        terminal.send(bytes);
        // Each stands alone: what is cut short must not swallow the next one.
        std::thread::sleep(std::time::Duration::from_millis(30));
        // The same within a paste, with what a terminal would obey.
        terminal.send(&[b"\x1b[200~a\0\x07", *bytes, b"\x1b]0;title\x07b\x1b[201~"].concat());
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    terminal.types("卡失灵");
    // The last one alone: the emulator leaves out U+FFFD, so that what is painted with it stands too far left
    // beside what is painted after it. The saved text below is what counts.
    terminal.sees("灵");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("LD-");
    let number = office.numbers("call").pop().expect("the call is saved");
    let content = text(&office.case(&number)["detail"]["content"]);
    assert!(content.starts_with("门禁") && content.ends_with("卡失灵"), "{content:?}");
    assert!(!content.contains(|c: char| c.is_control()), "{content:?}");
    let raw = terminal.raw();
    assert!(!raw.windows(4).any(|window| window == b"\x1b]0;"), "no title is set");
}

#[test]
fn a_text_in_the_file_that_is_none_is_told_and_named_by_the_doctor() {
    for speaks in [Speaks::Chinese, Speaks::English] {
        let office = Office::new(speaks);
        office.open(&["call", "--contact", "李梅", "--set", "content=问车位"]);
        let raw = rusqlite::Connection::open(office.path().join(Store::FILE)).expect("the file");
        raw.execute_batch("UPDATE cases SET contact = CAST(x'ff41' AS TEXT)").expect("it takes it");
        drop(raw);
        sentence(&call(&office, &[OsStr::new("list"), OsStr::new("call")], None), "a list");
        let checked = office.call(BOSS, &["doctor"]);
        assert_eq!(checked.status.code(), Some(1));
        // At the screen as well; the other tabs go on.
        let mut terminal = office.at_work(DESK);
        terminal.press(&["1"]);
        terminal.sees("qiantai doctor");
        terminal.press(&["9"]);
        terminal.sees("3-2-1501");
    }
}

#[test]
fn a_configuration_that_is_no_text_is_told_and_left_alone() {
    for speaks in [Speaks::Chinese, Speaks::English] {
        let office = Office::new(speaks);
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("qiantai.toml");
        let config = directory.path().to_str().expect("a plain path");
        for content in [&b"theme = \"\xff\0\x1b[2J\"\n"[..], b"lang = 'en'\ntheme = \x1b[2J\n"] {
            fs::write(&file, content).expect("a file");
            let mut terminal = office.screen_of(120, 36, &[("QIANTAI_CONFIG", config)]);
            terminal.sees("qiantai.toml");
            assert!(!terminal.wait().success());
            assert!(!terminal.raw().contains(&b'\x1b'), "{:?}", String::from_utf8_lossy(&terminal.raw()));
            assert_eq!(fs::read(&file).expect("the file"), content, "it is left as it is");
        }
    }
}
