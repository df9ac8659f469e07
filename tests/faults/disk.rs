//! Disks that are full, and directories that may not be written.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::office::{BOSS, DESK, Office, PIN, Speaks, begin_call};
use crate::terminal::{Terminal, until};

const CALL: [&str; 5] = ["call", "--contact", "李梅", "--set", "content=问车位"];

/// The program with who is at work in its environment.
fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qiantai"));
    surroundings(&mut command, data);
    command
}

fn surroundings(command: &mut Command, data: &Path) {
    command
        .env("QIANTAI_DATA", data)
        .env("QIANTAI_CONFIG", data.join("config"))
        .env("QIANTAI_OPERATOR", DESK)
        .env("QIANTAI_PIN", PIN);
}

/// Runs the program where no file may grow beyond so many blocks of 512 bytes: a limit that is reached is an error
/// for it, not a signal.
fn limited(data: &Path, blocks: u64, arguments: &[&str]) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut shell = Command::new("sh");
    surroundings(&mut shell, data);
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_qiantai")]).args(arguments).output().expect("a shell")
}

/// The sentence with which something was refused: one, clear, and no panic.
#[track_caller]
fn refusal(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "one sentence: {said}");
    said
}

/// Numbers of all calls in a book.
fn calls(data: &Path) -> Vec<String> {
    let output = program(data)
        .args(["--lang", "en", "--json", "list", "call", "--limit", "1000"])
        .output()
        .expect("a list");
    let list: Value = serde_json::from_slice(&output.stdout).expect("a document");
    let cases = list["cases"].as_array().expect("cases").iter();
    cases.map(|case| case["number"].as_str().expect("a number").to_owned()).collect()
}

/// Opens calls until the disk refuses; gives the acknowledged numbers and the refusal.
fn fill(mut open: impl FnMut() -> Output) -> (Vec<String>, String) {
    let mut acknowledged = Vec::new();
    for _ in 0..400 {
        let output = open();
        if !output.status.success() {
            return (acknowledged, refusal(&output));
        }
        let case: Value = serde_json::from_slice(&output.stdout).expect("a document");
        acknowledged.push(case["number"].as_str().expect("a number").to_owned());
    }
    panic!("the disk never got full");
}

#[test]
fn a_file_that_may_not_grow_refuses_in_words_and_keeps_what_it_has() {
    for (lang, words) in [("zh-CN", "没有保存"), ("en", "not saved")] {
        let office = Office::new(Speaks::Chinese);
        let data = office.path();
        // A reader keeps the log from being taken into the file and cut when the writer ends.
        let reader = qiantai::store::Store::open(data, qiantai::desk::kinds::STANDARD).expect("a book");
        let call = [&["--lang", lang, "--json", "open"][..], &CALL].concat();
        let (acknowledged, said) = fill(|| limited(data, 1_600, &call));
        assert!(said.contains(words), "{said}");
        drop(reader);
        let mut kept = calls(data);
        kept.sort();
        assert_eq!(kept, acknowledged, "what was acknowledged is there, and nothing else");
        assert_eq!(office.by(BOSS, &["doctor"])["ok"], true);
        // With room again the work goes on.
        office.open(&CALL);
    }
}

/// A disk of its own, of that size. `None` where this user may not make one.
struct Disk(TempDir);

impl Disk {
    fn of(size: &str) -> Option<Self> {
        let place = tempfile::tempdir().expect("a directory");
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "qiantai-test"])
            .arg(place.path())
            .output()
            .ok()?;
        done.status.success().then_some(Self(place))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever fails to unmount leaves a small disk in memory behind: no reason to hide why a test failed.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn at_a_full_disk_the_form_stays_and_saves_once_there_is_room() {
    let Some(disk) = Disk::of("4m") else {
        println!(
            "not looked at: only root can mount a small disk; the limit on a file's size is tried above"
        );
        return;
    };
    let office = Office::new(Speaks::Chinese);
    let data = disk.0.path().join("data");
    std::fs::create_dir_all(&data).expect("a directory");
    std::fs::copy(office.path().join("qiantai.db"), data.join("qiantai.db")).expect("a copy");
    let shown = data.to_str().expect("a plain path");
    let mut terminal =
        Terminal::start(&["--data", shown, "--lang", "zh-CN"], &[("QIANTAI_CONFIG", shown)], 120, 36);
    office.log_in(&mut terminal, DESK);
    begin_call(&mut terminal, "");
    let ballast = disk.0.path().join("ballast");
    let _full = std::fs::write(&ballast, vec![0; 8 << 20]);
    terminal.types("厨房水管爆裂");
    terminal.sees("厨房水管爆裂");
    terminal.press(&["Ctrl+S"]);
    terminal.sees("磁盘");
    terminal.sees("厨房水管爆裂");
    assert_eq!(calls(&data).len(), 0);
    std::fs::remove_file(&ballast).expect("room is made");
    terminal.press(&["Ctrl+S"]);
    until("the call is saved", || calls(&data).len() == 1);
    terminal.press(&["Ctrl+Q"]);
    assert!(terminal.wait().success());
}

/// A data directory that may not be written, until this goes. Root may write everywhere, so the program runs as
/// somebody else there, who reaches a copy of it.
struct Locked<'a> {
    data: &'a Path,
    root: bool,
    program: PathBuf,
}

/// Who has no rights anywhere.
const NOBODY: u32 = 65_534;

impl<'a> Locked<'a> {
    fn of(data: &'a Path) -> Self {
        let above = data.parent().expect("a directory above");
        let program = above.join("qiantai");
        std::fs::copy(env!("CARGO_BIN_EXE_qiantai"), &program).expect("a copy of the program");
        let root = Command::new("id").arg("-u").output().expect("a user").stdout == b"0\n";
        let locked = Self { data, root, program };
        locked.rights(0o444, 0o555);
        if root {
            // The way there must be open.
            std::fs::set_permissions(above, Permissions::from_mode(0o755)).expect("rights");
            chown(data, Some(0), None).expect("rights");
        }
        locked
    }

    fn rights(&self, files: u32, directory: u32) {
        let inside =
            std::fs::read_dir(self.data).expect("a directory").map(|one| one.expect("an entry").path());
        for path in inside.filter(|path| path.is_file()) {
            std::fs::set_permissions(path, Permissions::from_mode(files)).expect("rights");
        }
        std::fs::set_permissions(self.data, Permissions::from_mode(directory)).expect("rights");
    }

    fn call(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        surroundings(&mut command, self.data);
        if self.root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.args(arguments).output().expect("the program")
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.rights(0o644, 0o755);
    }
}

#[test]
fn a_directory_that_may_not_be_written_is_told() {
    for (lang, words) in [("zh-CN", "写"), ("en", "writing")] {
        let office = Office::new(Speaks::Chinese);
        let data = office.path();
        let locked = Locked::of(data);
        let said = refusal(&locked.call(&[&["--lang", lang, "open"][..], &CALL].concat()));
        assert!(said.contains(words), "{said}");
        // At the screen: the sentence, and the terminal is given back.
        let shown = data.to_str().expect("a plain path");
        let program = locked.program.to_str().expect("a plain path");
        let who = NOBODY.to_string();
        let mut line = vec!["--reuid", &who, "--regid", &who, "--clear-groups"];
        line.extend([program, "--data", shown, "--lang", lang]);
        let environment = [("QIANTAI_CONFIG", shown)];
        let mut terminal = match (locked.root, Command::new("setpriv").arg("--version").output()) {
            (true, Ok(_)) => Terminal::of("setpriv", &line, &environment, 120, 36),
            // Nobody here can become nobody.
            (true, Err(_)) => continue,
            (false, _) => Terminal::of(program, &line[6..], &environment, 120, 36),
        };
        terminal.sees(words);
        assert!(!terminal.wait().success());
        terminal.look(|screen| assert!(!screen.alternate_screen()));
        drop(locked);
        assert_eq!(calls(data).len(), 0);
        office.open(&CALL);
    }
}

#[test]
fn a_copy_for_which_there_is_no_room_leaves_nothing_and_is_told() {
    let office = Office::new(Speaks::Chinese);
    let data = office.path();
    let copy = data.join("backups");
    let backup = |blocks| limited(data, blocks, &["--lang", "en", "backup"]);
    // Enough for the book's own log, too little for a copy of the whole.
    refusal(&backup(300));
    let left: Vec<_> =
        std::fs::read_dir(&copy).into_iter().flatten().flatten().map(|one| one.file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    let made = backup(100_000);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let doctor = program(data).args(["--lang", "en", "--json", "doctor"]).output().expect("a doctor");
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
}

#[test]
fn an_encrypted_copy_without_room_leaves_nothing_in_the_clear_and_nothing_half() {
    let office = Office::new(Speaks::Chinese);
    office.by(BOSS, &["backup-key", "new"]);
    let data = office.path();
    let copy = |blocks, lang| limited(data, blocks, &["--lang", lang, "--json", "backup"]);
    let left = || -> Vec<String> {
        let all = [data.to_owned(), data.join("backups")];
        let names = all.iter().filter_map(|at| std::fs::read_dir(at).ok()).flatten();
        let names = names.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        names.filter(|name| [".aside", ".part", ".age"].iter().any(|end| name.contains(end))).collect()
    };
    let whole = copy(1 << 20, "en");
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    let made: Value = serde_json::from_slice(&whole.stdout).expect("a document");
    std::fs::remove_file(made["file"].as_str().expect("a file")).expect("it is there");
    // The plain copy is whole pages of four kilobytes: with room for it and no more, encrypting fails.
    let plain = made["bytes"].as_u64().expect("a size") / 4_096 * 4_096 / 512;
    for (blocks, lang, words) in [
        (plain, "zh-CN", "磁盘"),
        (plain, "en", "disk"),
        (plain - 8, "en", "disk"),
        (plain / 2, "en", "disk"),
    ] {
        let said = refusal(&copy(blocks, lang));
        assert!(said.contains(words), "{blocks}: {said}");
        assert_eq!(left(), Vec::<String>::new(), "{blocks}");
    }
    let Some(stick) = Disk::of("256k") else { return };
    let file = stick.0.path().join("book.db");
    let mut full = program(data);
    let said = refusal(&full.args(["--lang", "en", "backup"]).arg(&file).output().expect("the program"));
    assert!(said.contains("disk is full"), "{said}");
    assert_eq!(std::fs::read_dir(stick.0.path()).expect("the stick").count(), 0);
    assert_eq!(left(), Vec::<String>::new());
}
